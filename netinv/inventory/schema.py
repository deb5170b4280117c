"""The tables of the SQLite inventory, and why they are as they are."""

APPLICATION = 0x6E65746E
"""`netn` in the file's header (PRAGMA application_id): whose file it is."""
VERSION = 1
"""Of the schema (PRAGMA user_version)."""

# Times are microseconds since 1970, UTC; scans are told by number, in the order they were saved, so that no clock matters.
TABLES = (
    # Where a sensor stands: the networks on its link, and who is its gateway ('' as long as its MAC has not been heard).
    """CREATE TABLE networks (
        number INTEGER PRIMARY KEY, prefix TEXT NOT NULL, gateway TEXT NOT NULL, UNIQUE (prefix, gateway))""",
    # `present` is the set of device numbers seen (see rows.pack): a bit a device, where a row would take 20 bytes.
    """CREATE TABLE scans (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, sensor TEXT NOT NULL, network INTEGER NOT NULL REFERENCES networks,
        started INTEGER NOT NULL, finished INTEGER NOT NULL, targets TEXT NOT NULL, method TEXT NOT NULL, asked INTEGER NOT NULL,
        is_partial INTEGER NOT NULL, found INTEGER NOT NULL, new INTEGER NOT NULL, traffic TEXT NOT NULL, problems TEXT NOT NULL,
        present BLOB NOT NULL)""",
    "CREATE INDEX scans_of_network ON scans (network)",
    # `network` is where the device was heard last.
    """CREATE TABLE devices (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, network INTEGER NOT NULL REFERENCES networks,
        first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, first_scan INTEGER NOT NULL, last_scan INTEGER NOT NULL)""",
    # By what a device is known again: see identity.clues. Of the kind `id` is what another had until it was joined to this one.
    """CREATE TABLE clues (kind TEXT NOT NULL, value TEXT NOT NULL, device INTEGER NOT NULL REFERENCES devices,
        PRIMARY KEY (kind, value)) WITHOUT ROWID""",
    "CREATE INDEX clues_of_device ON clues (device, kind)",
    # A fact once for the whole time it held, however many scans heard it: those only move its `last_*`, in place. `ended` is the
    # scan that found it no longer so; NULL while it holds. Apart for each network, where the same address may be another's.
    """CREATE TABLE evidence (
        number INTEGER PRIMARY KEY, device INTEGER NOT NULL REFERENCES devices, network INTEGER NOT NULL REFERENCES networks,
        address TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, probe TEXT NOT NULL,
        first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, first_scan INTEGER NOT NULL, last_scan INTEGER NOT NULL,
        ended INTEGER)""",
    "CREATE INDEX evidence_of_device ON evidence (device, ended)",
    # What rules of that fingerprint think of the evidence: nothing is lost with it, so it is kept apart from what was heard.
    """CREATE TABLE opinions (
        device INTEGER PRIMARY KEY REFERENCES devices, rules TEXT NOT NULL, verdict TEXT NOT NULL, name TEXT, names TEXT NOT NULL,
        vendor TEXT)""",
)
