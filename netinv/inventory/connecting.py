"""The URL of a PostgreSQL inventory: what it says, how it may be shown, and what it means when the server refuses.

A password is never shown. It may stand in the URL, where other users of the machine may see it, or better in PGPASSWORD, in
~/.pgpass, or in the file that `?passfile=` names (PostgreSQL 17, 32.16 "The Password File").
"""

import os
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from netinv.errors import NetinvError, StoreError
from netinv.inventory.database import ANOTHER, COPIES, Passing
from netinv.privileges import home
from netinv.text import clean

USUAL_SCHEMA = "netinv"
_USUALLY = {
    "application_name": "netinv",
    "client_encoding": "UTF8",
    "connect_timeout": 10,
    # A server that is cut off is noticed within half a minute (tcp(7), TCP_USER_TIMEOUT, in ms).
    "tcp_user_timeout": 30_000,
}
_AWAY = ("57P01", "57P02", "57P03", "57P05", "53300", "25P03", "40001", "40P01")
"""Shut down, crashed, starting, idle for too long, too many at once, made to give up (PostgreSQL 17, appendix A)."""
_REFUSED = ("authentication failed", "no password supplied", "does not exist", "pg_hba.conf", "role ", "certificate")
"""What a server says before it has told a code, and will say again; in English, as most do."""


def parameters(url: str, environ: Mapping[str, str] = os.environ) -> dict[str, object]:
    """What is said to the driver; StoreError for what is no such URL, without repeating any of it."""
    try:
        said = {key: value for key, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError:
        raise StoreError(
            "the URL of the inventory cannot be understood",
            hint="write it as postgresql://USER@HOST/DATABASE, and characters like @ and / of a name as %40 and %2F",
        ) from None  # it would repeat a part
    found = {**_USUALLY, **said}
    if "passfile" not in found and "PGPASSFILE" not in environ and (file := _password_file(environ)):
        found["passfile"] = file
    return found


def shown(said: Mapping[str, object], schema: str) -> str:
    """The URL without its secrets."""
    user, host, port, database = (clean(str(said.get(key, "")), 253) for key in ("user", "host", "port", "dbname"))
    is_socket = host.startswith(("/", "@")) or not host
    whom = (f"{user}@" if user else "") + ("" if is_socket else _authority(host, port))
    words = ([f"host={host}"] if is_socket and host else []) + ([f"options=-csearch_path%3D{clean(schema)}"] if schema else [])
    return f"postgresql://{whom}/{database}" + (f"?{'&'.join(words)}" if words else "")


def _authority(hosts: str, ports: str) -> str:
    """As in a URL, several parted by commas (PostgreSQL 17, 32.1.1.3); an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    each, numbers = hosts.split(","), ports.split(",")
    numbers = numbers * len(each) if len(numbers) == 1 else numbers
    told = zip_longest([f"[{host}]" if ":" in host else host for host in each], numbers[: len(each)], fillvalue="")
    return ",".join(host + (f":{port}" if port else "") for host, port in told)


def refusal(error: psycopg.Error, at: str, schema: str = USUAL_SCHEMA) -> StoreError | None:
    """What the server's, or the driver's, complaint means to the user; None where it is a mistake in the program."""
    state = error.sqlstate or ""
    why = clean(error.diag.message_primary or str(error).replace("\n", "; "), 240)
    if isinstance(error, psycopg.OperationalError) and not state:
        if any(word in why for word in _REFUSED):
            hint = "see the URL; the password goes into PGPASSWORD, ~/.pgpass or ?passfile=FILE; the database is made by createdb"
            return StoreError(f"the inventory {at} lets nobody in so: {why}", hint=hint)
        return Passing(f"the inventory {at} cannot be reached: {why}", hint=f"is the server running? else {ANOTHER}")
    if state[:2] == "08" or state in _AWAY:
        return Passing(f"the inventory {at} has gone away: {why}", hint=f"try again, or {ANOTHER}")
    if state[:2] == "53":
        return StoreError(f"no space is left for the inventory {at}: {why}", hint=f"free some on the server, or {ANOTHER}")
    if state == "42501":
        return StoreError(f"the inventory {at} may not be used so: {why}", hint=_granting(why, clean(schema)))
    if state == "25006":
        return StoreError(f"the inventory {at} can only be read: {why}", hint="name the server that is written to with --store")
    if state[:2] in ("22", "23", "XX") or state in ("42P01", "42703"):
        return StoreError(f"the inventory {at} is damaged: {why}", hint=f"it was left as it is; {COPIES}; or {ANOTHER}")
    if isinstance(error, psycopg.ProgrammingError | psycopg.NotSupportedError | psycopg.InterfaceError):
        return None
    return StoreError(f"the inventory {at} cannot be read or written: {why}", hint=ANOTHER)


def _granting(why: str, schema: str) -> str:
    """What would let a role do what it may not; servers say what it is about in words only (PostgreSQL 17, 5.8 "Privileges")."""
    if "owner of" in why:
        return "let its owner do it"
    if any(f"for {kind} " in why for kind in ("table", "relation", "sequence")):
        tables, numbers = f"ALL TABLES IN SCHEMA {schema}", f"ALL SEQUENCES IN SCHEMA {schema}"
        grants = f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} and GRANT USAGE ON {numbers}"
        return f"who shall only read it need not change it; else let its owner say {grants}"
    if "for schema " in why:
        return f"let its owner say GRANT USAGE, CREATE ON SCHEMA {schema}"
    return "let its owner say GRANT CREATE ON DATABASE, or name a schema that you own by ?options=-csearch_path%3DNAME"


def _password_file(environ: Mapping[str, str]) -> str | None:
    """That of whoever called, under sudo too."""
    try:
        file = Path(home(environ)) / ".pgpass"
        return str(file) if file.is_file() else None
    except (NetinvError, OSError):
        return None


def schema_in(path: str) -> str:
    """The first of a search path, unless it is the one that every database begins with."""
    first = path.partition(",")[0].strip().strip('"')
    return USUAL_SCHEMA if first in ("", "$user", "public") else first
