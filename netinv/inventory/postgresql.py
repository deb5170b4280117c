"""The inventory in a schema of a PostgreSQL database, where several sensors write and everybody reads.

Who writes holds one lock for the whole inventory, from before its first question to its commit. Nothing finer would do: every
scan takes the next number, and asks everywhere whose a MAC address is, since laptops go from site to site. Under SERIALIZABLE two
saves would therefore nearly always collide and be made again; in line they take milliseconds, and the lock is handed on in order.
The schema is the first of the search path (`?options=-csearch_path%3Dhome`), or `netinv` where nobody has chosen one.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from zlib import crc32

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from netinv.errors import StoreError
from netinv.inventory.connecting import USUAL_SCHEMA, parameters, refusal, schema_in, shown
from netinv.inventory.database import ANOTHER, COPIES, Database, Passing
from netinv.inventory.dialect import at_once, marked, translated
from netinv.inventory.rows import Damaged, number, text
from netinv.inventory.schema import APPLICATION, CHANGING, STEPS, TABLES, VERSION
from netinv.text import clean

PATIENCE = 30.0
"""Seconds to wait for other writers, and to go on trying to save a scan while the server is away."""
STALLED = 60
"""Seconds a writer may say nothing before the server lets others go on: a laptop that was put to sleep holds nobody up."""

# What the driver notes of connections that are lost is told by the errors that follow.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

_STEP_ASIDE = "try again when the other netinv is done"


class PostgreSQL(Database):
    """A connection to the server, made anew where it was lost between two transactions."""

    def __init__(self, url: str, *, read_only: bool = False, timeout: float | None = None) -> None:
        self._read_only = read_only
        self.patience = PATIENCE if timeout is None else timeout
        self._parameters = parameters(url)
        self._schema = USUAL_SCHEMA
        self._shown = shown(self._parameters, "")
        self._is_within = False
        self._connection = self._connect()
        try:
            self._settle()
        except BaseException:
            self._connection.close()
            raise

    @property
    def where(self) -> str:
        return self._shown

    def close(self) -> None:
        self._connection.close()

    def all(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self.trouble():
            return self._execute(query, values).fetchall()

    def run(self, statement: str, *values: object) -> None:
        with self.trouble():
            self._execute(statement, values)

    def run_all(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        with self.trouble():
            if whole := at_once(statement, rows):
                for given in whole.given:
                    self._execute(whole.query, (given,))
                return
            with self._connection.cursor() as cursor:
                cursor.executemany(marked(statement), rows)

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        # READ COMMITTED: what is asked once the lock is held sees all that was saved by whoever held it before.
        with self._transaction(f"BEGIN ISOLATION LEVEL READ COMMITTED; {self._locking()}"):
            if (version := self._version()) != VERSION:  # another program was faster
                raise self._strange(version)
            yield

    @contextmanager
    def refreshing(self) -> Iterator[None]:
        with self._transaction("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"):
            if self.all(f"SELECT pg_try_advisory_xact_lock({self._key})") != [(True,)]:
                raise StoreError(f"the inventory {self._shown} is in use by another program", hint=_STEP_ASIDE)
            yield

    def check(self) -> tuple[str, ...]:
        found = []
        for table in TABLES:
            try:  # what is read whole is whole: PostgreSQL has checksums for its pages, and its own words where they are wrong
                with self._connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT".encode()) as rows:
                    for _ in rows:
                        pass
            except psycopg.OperationalError as error:
                raise self._explained(error) or error from error
            except psycopg.Error as error:
                found.append(f"{table}: {_said(error)}")
        return (*found, *(f"the index {text(name)} is not whole" for (name,) in self.all(_BROKEN, self._schema)))

    def vacuum(self) -> tuple[int, int]:
        before = self._size()
        self.run(f"SET lock_timeout = {int(self.patience * 1000)}")
        self._make_room()  # of an inventory that was made without
        for table in TABLES:
            self.run(f"VACUUM (FULL, ANALYZE) {table}")
        return before, self._size()

    def copy_to(self, place: Path) -> None:
        from netinv.inventory.copying import copy_rows
        from netinv.inventory.sqlite import SQLite

        target = SQLite(place)
        try:
            copy_rows(self, target)
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        finally:
            target.close()

    def columns(self, table: str) -> tuple[str, ...]:
        query = "SELECT column_name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?"
        return tuple(text(name) for (name,) in self.all(query, self._schema, table))

    def renumber(self) -> None:
        for table in TABLES:
            if "number" in self.columns(table):
                self.all(f"SELECT setval('{table}_number_seq', max(number)) FROM {table} HAVING max(number) > 0")

    # -- the connection

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        with self.trouble():
            connection = psycopg.connect(**self._parameters, autocommit=True)  # type: ignore[arg-type]
            try:
                rows = connection.execute("SHOW search_path").fetchall()
                self._schema = schema_in(str(rows[0][0]))
                connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(self._schema)))
                connection.execute(_OURS.format(access="on" if self._read_only else "off").encode())
            except BaseException:
                connection.close()
                raise
        self._shown = shown(self._parameters, "" if self._schema == USUAL_SCHEMA else self._schema)
        return connection

    def _execute(self, query: str, values: Sequence[object] = ()) -> "psycopg.Cursor[tuple[object, ...]]":
        """Outside a transaction, a connection that turns out to be lost is made anew."""
        try:
            return self._connection.execute(marked(query) if values else query.encode(), values or None)
        except psycopg.OperationalError:
            if self._is_within or not self._connection.closed:
                raise
        self._connection = self._connect()
        return self._connection.execute(marked(query) if values else query.encode(), values or None)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with self.trouble():
            self._execute(begin)
            self._is_within = True
            try:
                yield
                self._commit()
            except BaseException:
                with suppress(psycopg.Error):
                    if self._connection.info.transaction_status != TransactionStatus.IDLE:
                        self._connection.execute("ROLLBACK")
                raise
            finally:
                self._is_within = False

    def _commit(self) -> None:
        if self._connection.execute("COMMIT").statusmessage != "COMMIT":
            raise Passing(f"the inventory {self._shown} has taken nothing of this", hint="try again")

    @property
    def _key(self) -> str:
        """Of the lock, the same for all who use this schema."""
        return f"{APPLICATION}, {crc32(self._schema.encode()) - (1 << 31)}"

    def _locking(self) -> str:
        return f"SET LOCAL lock_timeout = {int(self.patience * 1000)}; SELECT pg_advisory_xact_lock({self._key})"

    # -- the schema

    def _settle(self) -> None:
        """Make sure the schema is a whole inventory of this version, and make one where nothing is."""
        with self.trouble():
            version = self._version()
            if version == VERSION:
                return
            if self._read_only or (version is not None and version > VERSION):
                raise self._strange(version)
            with self._transaction(f"BEGIN ISOLATION LEVEL READ COMMITTED; {self._locking()}"):
                if (version := self._version()) is None:
                    self._make_schema()
                elif version < VERSION:
                    self._back_up(version)
                elif version > VERSION:
                    raise self._strange(version)
                for statement in (statement for step in STEPS[version or 0 :] for statement in step):
                    self._execute(translated(statement))
                self._make_room()
                self._execute("UPDATE netinv_schema SET version = ?", (VERSION,))

    def _make_room(self) -> None:
        """In the pages that are written from now on."""
        for table in CHANGING:
            self._execute(f"ALTER TABLE {table} SET (fillfactor = 50)")

    def _version(self) -> int | None:
        """Of the tables that are there; None where there are none."""
        query = "SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = to_regnamespace(quote_ident(?)) AND relkind = 'r'"
        names = {text(name) for (name,) in self._execute(query, (self._schema,)).fetchall()}
        if "netinv_schema" not in names:
            if not names.isdisjoint(TABLES):
                raise StoreError(
                    f"the schema {clean(self._schema)} of {self._shown} holds tables of another program",
                    hint="it was left as it is; choose another by ?options=-csearch_path%3DNAME",
                )
            return None
        rows = self._execute("SELECT version FROM netinv_schema").fetchall()
        if len(rows) != 1:
            raise Damaged("nobody knows which version it is")
        return number(rows[0][0])

    def _make_schema(self) -> None:
        if self._execute("SELECT to_regnamespace(quote_ident(?)) IS NULL", (self._schema,)).fetchall() == [(True,)]:
            self._connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self._schema)))
        self._execute("CREATE TABLE netinv_schema (version BIGINT NOT NULL)")
        self._execute("INSERT INTO netinv_schema VALUES (0)")

    def _back_up(self, version: int) -> None:
        """A copy of every table in a schema beside this one, in the transaction that changes them."""
        query = "SELECT to_regnamespace(quote_ident(?)) IS NULL"
        place, tries = f"{self._schema}_schema{version}", 1
        while self._execute(query, (place,)).fetchall() != [(True,)]:
            place, tries = f"{self._schema}_schema{version}_{tries + 1}", tries + 1
        self._connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(place)))
        rows = self._execute("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = ?", (self._schema,)).fetchall()
        for table in (text(name) for (name,) in rows):
            copy = sql.Identifier(place, table)
            self._connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(copy, sql.Identifier(self._schema, table)))

    def _strange(self, version: int | None) -> StoreError:
        at = self._shown
        if version is None:
            return StoreError(f"there is no inventory yet at {at}", hint="run `netinv scan` first, or name one with --store")
        if version > VERSION:
            newer = f"the inventory {at} was made by a newer netinv (schema {version}; this one reads {VERSION})"
            return StoreError(newer, hint=f"it was left as it is; upgrade netinv, or {ANOTHER}")
        older = f"the inventory {at} was made by an older netinv (schema {version}; this one reads {VERSION})"
        return StoreError(older, hint="the next scan brings it up to date, once a copy of it is safe")

    def _size(self) -> int:
        [[size]] = self.all(
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_catalog.pg_class"
            " WHERE relnamespace = to_regnamespace(quote_ident(?)) AND relkind = 'r'", self._schema,
        )  # fmt: skip
        return number(size)

    def _explained(self, error: Exception) -> StoreError | None:
        at = self._shown
        if isinstance(error, psycopg.errors.LockNotAvailable):
            waited = f"the inventory {at} is in use by another program, and was for {self.patience:g} s"
            return StoreError(waited, hint=f"{_STEP_ASIDE}; or {ANOTHER}")
        if isinstance(error, Damaged | UnicodeError):
            hint = f"it was left as it is; {COPIES}; or choose another schema to begin anew"
            return StoreError(f"the inventory {at} is damaged: {clean(str(error))}", hint=hint)
        return refusal(error, at, self._schema) if isinstance(error, psycopg.Error) else None


# Saved means saved, through a crash of the server too, whatever else it serves may need.
_OURS = f"""
    SET idle_in_transaction_session_timeout = '{STALLED}s'; SET default_transaction_read_only = {{access}};
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"""
_BROKEN = """
    SELECT c.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = to_regnamespace(quote_ident(?)) AND NOT (i.indisvalid AND i.indisready)"""


def _said(error: psycopg.Error) -> str:
    return clean(error.diag.message_primary or str(error), 200)
