"""Opening what keeps an inventory, a file or a server's database, by its path or URL."""

import os
import re
from pathlib import Path

from netinv.errors import StoreError, UsageError
from netinv.inventory.database import Database
from netinv.inventory.place import default_path
from netinv.text import clean


def open_database(where: str | Path | None = None, *, read_only: bool = False, timeout: float | None = None) -> Database:
    """What keeps the inventory at `where`; as `store.open_inventory`, whose callers need not know it."""
    place = where if where is not None else os.environ.get("NETINV_STORE") or default_path()
    # one kind of store is opened, and only its driver loaded
    if url := server_url(place):
        try:
            from netinv.inventory.postgresql import PostgreSQL
        except ImportError as error:
            missing = f"an inventory in PostgreSQL needs psycopg: {clean(str(error), 120)}"
            raise StoreError(missing, hint="pip install 'netinv[postgresql]'") from error

        return PostgreSQL(url, read_only=read_only, timeout=timeout)
    from netinv.inventory.sqlite import SQLite

    return SQLite(path_of(place), read_only=read_only, timeout=timeout)


# `pathlib.Path` makes one slash of two; and a URL may hold a password, so errors name its scheme only.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")
_SERVERS = ("postgresql", "postgres")


def server_url(where: str | Path) -> str | None:
    """The URL of an inventory that a server keeps; None for a file's."""
    text = str(where)
    url = _URL.match(text)
    if not url or url[1].lower() not in _SERVERS:
        return None
    rest = text[url.end() :]
    return f"postgresql:/{rest}" if isinstance(where, str) and rest.startswith("/") else f"postgresql://{rest}"


def path_of(where: str | Path) -> Path:
    """The file that a path or `sqlite:///path` names; StoreError where it can be none, UsageError for no words at all."""
    text = str(where)
    if not text:
        raise UsageError("an inventory without a name is none", hint="name a file or a server's URL")
    if url := _URL.match(text):
        if url[1].lower() != "sqlite":
            raise StoreError(
                f"an inventory in {url[1].lower()} is not supported",
                hint="name a file or a server: --store PATH or --store postgresql://HOST/DATABASE",
            )
        text = "/" + text[url.end() :].lstrip("/")
    if "\0" in text:
        raise StoreError("a path holds no null character", hint="name the inventory's file with --store")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise StoreError(f"there is no such home directory: {clean(text)}", hint="write the path in full") from error
