"""Finding devices by number, id and name; and who should be there."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from netinv.inventory.database import Database
from netinv.inventory.reference import as_address, as_id, as_mac
from netinv.inventory.rows import number, read_names, read_texts, text
from netinv.model import MAC

AT_ONCE = 400
"""Values asked for in one question: SQLite takes a thousand at least."""


def numbers_of(db: Database, first: str, last: str | None = None) -> set[int]:
    """The devices with an id from `first` to `last` (or `first` alone), or with such a one until they were joined to another."""
    with db.trouble():
        return {number(row[0]) for row in db.all(_BY_ID, *(first, first if last is None else last) * 2)}


def ids_among(db: Database, ids: Iterable[str]) -> set[str]:
    """Which of these ids are taken, now or by a device that was joined to another."""
    found, wanted = set(), list(ids)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        marks = ", ".join("?" * len(some))
        query = f"""
            SELECT id FROM devices WHERE id IN ({marks})
            UNION SELECT value FROM clues WHERE kind = 'id' AND value IN ({marks})"""
        found |= {text(row[0]) for row in db.all(query, *some, *some)}
    return found


def names_of(db: Database) -> list[tuple[int, str]]:
    """Every name of every device, with the device's number, as they were last worked out; and those their user gave."""
    found = []
    with db.trouble():
        for device, shown, names in db.all("SELECT device, name, names FROM opinions"):
            heard = {name.name for name in read_names(names)} | ({text(shown)} if shown is not None else set())
            found += [(number(device), name) for name in heard]
        for device, name in db.all("SELECT device, value FROM annotations WHERE field = 'name'"):
            found.append((number(device), text(name)))
    return found


def meant(db: Database, word: str, names: Iterable[tuple[int, str]]) -> set[int]:
    """The devices a user's word means, of whom `names` are known.

    What a device says it is called never hides another's id, address or MAC; nor does the name a user gave one.
    """
    wanted = word.casefold()
    with db.trouble():
        # an id in full; an address, of whoever had it last, and two at once are in conflict; a MAC
        if found := numbers_of(db, word.lower()):
            return found
        if mac := as_mac(word):
            found |= {number(device) for (device,) in db.all("SELECT device FROM clues WHERE kind = 'mac' AND value = ?", mac)}
        if address := as_address(word):
            found |= {number(device) for (device,) in db.all(_BY_ADDRESS, address, address)}
        # what the user calls it, before what it calls itself
        if not found:
            called = db.all("SELECT device, value FROM annotations WHERE field = 'name'")
            found = {number(device) for device, name in called if text(name).casefold() == wanted}
        if not found:
            found = {device for device, name in names if name.casefold() == wanted}
        if not found:  # a host's name without its domain, as it is mostly shown
            found = {device for device, name in names if " " not in name and name.lower().split(".")[0] == word.lower()}
        if not found and (prefix := as_id(word)):
            found = numbers_of(db, prefix, prefix + "g")  # every digit sorts before "g"
    return found


def unnamed(db: Database) -> set[int]:
    """Devices that a merge or a split has left without an opinion, and so without names, until they are next read."""
    with db.trouble():
        query = "SELECT number FROM devices d WHERE NOT EXISTS (SELECT 1 FROM opinions o WHERE o.device = d.number)"
        return {number(device) for (device,) in db.all(query)}


def expected(db: Database) -> tuple[dict[str, MAC | None], ...]:
    """As `Inventory.expected`."""
    found: dict[int, dict[str, MAC | None]] = defaultdict(dict)
    with db.trouble():
        for network, addresses, macs in db.all(_EXPECTED):
            mac = MAC(only[0]) if len(only := read_texts(macs)) == 1 else None
            for address in read_texts(addresses):
                if ":" not in address:
                    found[number(network)].setdefault(address, mac)
    return tuple(found.values())


def last_number(db: Database, table: str) -> int:
    """The highest number in a table; 0 if it is empty."""
    [[last]] = db.all(f"SELECT coalesce(max(number), 0) FROM {table}")
    return number(last)


def among(column: str, numbers: Collection[int] | None) -> str:
    """` AND column IN (...)`, or nothing where all are meant."""
    return "" if numbers is None else f" AND {column} IN ({','.join(map(str, map(int, numbers))) or 'NULL'})"


_EXPECTED = """
    SELECT d.network, o.addresses, o.macs FROM devices d JOIN opinions o ON o.device = d.number
    WHERE d.gone IS NULL ORDER BY d.last_seen DESC"""
_BY_ADDRESS = """
    SELECT e.device FROM evidence e JOIN devices d ON d.number = e.device AND d.network = e.network
    WHERE e.address = ? AND e.ended IS NULL AND e.last_scan =
        (SELECT max(last_scan) FROM evidence WHERE address = ? AND ended IS NULL)"""
_BY_ID = """
    SELECT number FROM devices WHERE id BETWEEN ? AND ?
    UNION SELECT device FROM clues WHERE kind = 'id' AND value BETWEEN ? AND ?"""
