"""An inventory from one kind of database to another: every row of every table, exactly."""

from netinv.errors import StoreError
from netinv.inventory.database import Database
from netinv.inventory.schema import TABLES


def copy_rows(source: Database, target: Database) -> dict[str, int]:
    """Write all that `source` holds at one moment into `target`, all of it or nothing; how many rows each table has.

    StoreError where there is an inventory already.
    """
    with source.trouble(), target.trouble(), source.reading(), target.writing():
        if any(target.all(f"SELECT 1 FROM {table} LIMIT 1") for table in TABLES):
            raise StoreError(f"there is an inventory already at {target.where}", hint="name a place where none is")
        counts = {}
        for table in TABLES:
            columns = target.columns(table)
            listed = ", ".join(columns)
            rows = source.all(f"SELECT {listed} FROM {table} ORDER BY {_order(columns)}")
            target.run_all(f"INSERT INTO {table} ({listed}) VALUES ({', '.join('?' * len(columns))})", rows)
            counts[table] = len(rows)
        target.renumber()
    return counts


def _order(columns: tuple[str, ...]) -> str:
    return "number" if "number" in columns else ", ".join(columns[:3])
