"""The tables of the inventory, in SQLite's words, why they are as they are, and how an older one comes to have them."""

import re

APPLICATION = 0x6E65746E
"""`netn` in the file's header (PRAGMA application_id): whose file it is."""

# Times are microseconds since 1970, UTC; scans are told by number, in the order they were saved, so that no clock matters.
_FIRST = (
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

_SECOND = (
    # What its user calls it; '' until somebody does.
    "ALTER TABLE networks ADD COLUMN name TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE scans ADD COLUMN findings TEXT NOT NULL DEFAULT '[]'",
    # How a device keeps to its network: see presence.Habit. `gone` is the scan that gave it up; NULL while it counts as there.
    "ALTER TABLE devices ADD COLUMN heard INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE devices ADD COLUMN missed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE devices ADD COLUMN silent INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE devices ADD COLUMN longest INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE devices ADD COLUMN gone INTEGER",
    "CREATE INDEX devices_of_network ON devices (network)",
    # With these, and with the round-trip time, ten thousand devices are listed without reading what was heard of them.
    "ALTER TABLE devices ADD COLUMN rtt REAL",
    "ALTER TABLE opinions ADD COLUMN addresses TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE opinions ADD COLUMN macs TEXT NOT NULL DEFAULT '[]'",
    "UPDATE opinions SET rules = ''",
    "CREATE INDEX evidence_of_self ON evidence (device) WHERE key = 'local.self' AND ended IS NULL",
    # What changed, once; `scan` is the one that told, or the last before the user did.
    """CREATE TABLE events (
        number INTEGER PRIMARY KEY, scan INTEGER NOT NULL, at INTEGER NOT NULL, device INTEGER NOT NULL REFERENCES devices,
        field TEXT NOT NULL, before TEXT, after TEXT, told_by TEXT NOT NULL)""",
    "CREATE INDEX events_of_device ON events (device)",
    "CREATE INDEX events_of_scan ON events (scan)",
    # What the user says of a device, which no scan changes.
    """CREATE TABLE annotations (device INTEGER NOT NULL REFERENCES devices, field TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (device, field)) WITHOUT ROWID""",
    # By what else devices may be known again, shared by several at times: see identity.traces.
    """CREATE TABLE traces (kind TEXT NOT NULL, value TEXT NOT NULL, device INTEGER NOT NULL REFERENCES devices,
        PRIMARY KEY (kind, value, device)) WITHOUT ROWID""",
    "CREATE INDEX traces_of_device ON traces (device)",
    # Why two clues are one device's: because both gave the same trace, or because the user said so.
    """CREATE TABLE links (
        number INTEGER PRIMARY KEY, device INTEGER NOT NULL REFERENCES devices, scan INTEGER NOT NULL,
        one TEXT NOT NULL, other TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, strength REAL NOT NULL)""",
    "CREATE INDEX links_of_device ON links (device)",
    # Devices the user parted, which nothing heard joins again.
    """CREATE TABLE partings (one INTEGER NOT NULL REFERENCES devices, other INTEGER NOT NULL REFERENCES devices,
        PRIMARY KEY (one, other)) WITHOUT ROWID""",
    # What the user did, and in `before` what it takes to undo it.
    """CREATE TABLE acts (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, says TEXT NOT NULL, before TEXT NOT NULL)""",
)

STEPS = (_FIRST, _SECOND)
"""What turns a file of the version before into the next; a new file takes them all."""
CHANGING = ("devices", "evidence")
"""Tables of which a scan changes many rows, but nothing an index holds."""
VERSION = len(STEPS)
"""Of the schema (PRAGMA user_version)."""
TABLES = tuple(name for step in STEPS for statement in step for name in re.findall(r"^CREATE TABLE (\w+)", statement))
"""All, each after those it refers to."""
