"""Finding devices by number, id and name."""

from collections.abc import Collection, Iterable

from netinv.inventory.database import Database
from netinv.inventory.rows import number, read_names, text

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


def last_number(db: Database, table: str) -> int:
    """The highest number in a table; 0 if it is empty."""
    [[last]] = db.all(f"SELECT coalesce(max(number), 0) FROM {table}")
    return number(last)


def among(column: str, numbers: Collection[int] | None) -> str:
    """` AND column IN (...)`, or nothing where all are meant."""
    return "" if numbers is None else f" AND {column} IN ({','.join(map(str, map(int, numbers))) or 'NULL'})"


_BY_ID = """
    SELECT number FROM devices WHERE id BETWEEN ? AND ?
    UNION SELECT device FROM clues WHERE kind = 'id' AND value BETWEEN ? AND ?"""
