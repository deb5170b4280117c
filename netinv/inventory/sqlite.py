"""A SQLite file opened with care: ours or refused, whole transactions only, and errors in the user's words.

The file keeps SQLite's rollback journal rather than a write-ahead log: one private file holds everything, it can be read where
nothing may be written, and a journal left by a killed program is undone by the next that opens it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from netinv.errors import StoreError
from netinv.inventory.database import ANOTHER, COPIES, Database
from netinv.inventory.place import make_private, settle
from netinv.inventory.rows import Damaged, text
from netinv.inventory.schema import APPLICATION, STEPS, VERSION
from netinv.text import clean

PATIENCE = 5.0
"""Seconds to wait while another program writes."""
_NAMED = 3
"""Copies named at the most, the latest."""
_ROOM = "see that there is room for it, and that you may write there"
_DAMAGED = (
    0,  # Damaged, or text that is not UTF-8: found by us or by Python, not by SQLite
    sqlite3.SQLITE_ERROR,  # a table or column is missing
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
)


class SQLite(Database):
    """The inventory's file, open."""

    def __init__(self, path: Path, *, read_only: bool = False, timeout: float | None = None) -> None:
        self.path = path
        self._shown = clean(str(path))
        self._read_only = read_only
        self.patience = PATIENCE if timeout is None else timeout
        self._prepare()
        with self.trouble():
            self._connection = self._connect(f"{path.as_uri()}?mode=rw")
            try:
                self._settle()
            except BaseException:
                self._connection.close()
                raise

    @property
    def where(self) -> str:
        return str(self.path)

    def close(self) -> None:
        self._connection.close()

    def all(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self.trouble():
            return self._connection.execute(query, values).fetchall()

    def run(self, statement: str, *values: object) -> None:
        with self.trouble():
            self._connection.execute(statement, values)

    def run_all(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        with self.trouble():
            self._connection.executemany(statement, rows)

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def refreshing(self) -> Iterator[None]:
        try:
            with self.trouble():
                self._connection.execute("PRAGMA busy_timeout = 0")
                self._connection.execute("PRAGMA query_only = OFF")
            with self.writing():
                yield
        finally:
            with self.trouble():
                self._connection.execute(f"PRAGMA busy_timeout = {int(self.patience * 1000)}")
                self._connection.execute(f"PRAGMA query_only = {int(self._read_only)}")

    def check(self) -> tuple[str, ...]:
        said = [line for (told,) in self.all("PRAGMA integrity_check(10)") for line in str(told).splitlines()]
        if found := tuple(text(line) for line in said if line != "ok" and not line.startswith("***")):
            return found
        lost = self.all('SELECT DISTINCT "table", parent FROM pragma_foreign_key_check')
        return tuple(f"{text(table)} of {text(parent)} that are not there" for table, parent in lost)

    def vacuum(self) -> tuple[int, int]:
        before = self._size()
        self.run("REINDEX")  # which mends an index; it would be copied as it is
        self.run("VACUUM")
        return before, self._size()

    def copy_to(self, place: Path) -> None:
        self._copied_to(place)

    def columns(self, table: str) -> tuple[str, ...]:
        return tuple(text(row[1]) for row in self.all(f"PRAGMA table_info({table})"))

    def renumber(self) -> None:
        """It does by itself."""

    def _prepare(self) -> None:
        try:
            if self.path.exists() and not self.path.is_file():
                raise StoreError(f"{self._shown} is not a file", hint="name the inventory's file with --store")
            if not self._read_only:
                make_private(self.path)
            elif not self.path.exists():
                raise StoreError(
                    f"there is no inventory yet at {self._shown}", hint="run `netinv scan` first, or name one with --store"
                )
        except OSError as error:
            why = f"the inventory {self._shown} cannot be opened or made: {error.strerror}"
            raise StoreError(why, hint=self._permission()) from error

    def _connect(self, uri: str) -> sqlite3.Connection:
        # mode=rw even for reading: only so can a journal left by a killed program be undone. SQLite itself falls back to reading
        # where the file may not be written, and `query_only` holds us to it elsewhere.
        connection = sqlite3.connect(uri, uri=True, timeout=self.patience, isolation_level=None)
        try:
            # EXTRA: saved means saved, through a power cut too, after which a journal that is still on the disk would undo it.
            # The last two distrust the file, which anybody may have made.
            connection.executescript(
                "PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
                "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON"
            )
        except BaseException:
            connection.close()
            raise
        return connection

    def _settle(self) -> None:
        """Make sure the file is a whole inventory of this version, and make one of an empty file."""
        if self._is_empty() and self._is_begun():
            return
        with self.reading():
            application, version = self._pragma("application_id"), self._pragma("user_version")
            size = self._pragma("page_count") * self._pragma("page_size")
            if application != APPLICATION:
                raise StoreError(f"{self._shown} is a database of another program", hint=f"it was left as it is; {ANOTHER}")
            if version > VERSION:
                raise StoreError(
                    f"the inventory {self._shown} was made by a newer netinv (schema {version}; this one reads {VERSION})",
                    hint=f"it was left as it is; upgrade netinv, or {ANOTHER}",
                )
            # SQLite takes what is missing of the last page for zeros. With a write-ahead log, which others may have chosen, the
            # end of the file may be there.
            if self._size() < size and self._connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                raise Damaged("the file was cut short")
        if version < VERSION:
            self._upgrade()
        self._connection.execute(f"PRAGMA query_only = {int(self._read_only)}")

    def _is_begun(self) -> bool:
        """Make an inventory of an empty file, left by a program that was killed before it saved anything; False if it is none."""
        with self.reading() if self._read_only else self.writing():
            if not self._is_empty():  # any more, now that nobody else can write
                return False
            if self._size():  # less than a page: SQLite would write over it
                raise StoreError(f"{self._shown} is not an inventory", hint=f"it was left as it is; {ANOTHER}")
            if not self._read_only:
                self._step(0)
        if self._read_only:
            self._connection.close()
            self._connection = self._connect("file::memory:")
            self._step(0)
            self._connection.execute("PRAGMA query_only = ON")
        return True

    def _upgrade(self) -> None:
        """Bring the file to today's schema, once a copy of it is safe; opened to be read, a copy in memory only."""
        if self._read_only:
            copy = self._connect("file::memory:")
            self._connection.backup(copy)
            self._connection.close()
            self._connection = copy
        with self.writing():
            if (version := self._pragma("user_version")) >= VERSION:  # another program was faster
                return
            if not self._read_only:
                # Beside the file; one transaction holds off all writers, so that what is copied is what is changed.
                self._copied_to(self.path.with_name(f"{self.path.name}.schema{version}"))
            self._step(version)

    def _copied_to(self, place: Path) -> Path:
        """A private copy of the file as it stands, beside which nothing is written over; its path, numbered if need be."""
        number, free = 1, place
        while free.exists():
            number += 1
            free = place.with_name(f"{place.name}.{number}")
        # under its own name only once it is whole: a program killed meanwhile leaves nothing that looks like a copy
        part = free.with_name(f"{free.name}.part")
        try:
            for left in (part, part.with_name(f"{part.name}-journal")):
                left.unlink(missing_ok=True)
            make_private(part)
            # through SQLite: to close the file after reading it ourselves would let go of SQLite's locks on it
            with (
                self.trouble(),
                # one of its own: SQLite copies nothing through a connection that is about to write
                closing(self._connect(f"{self.path.as_uri()}?mode=rw")) as source,
                closing(self._connect(f"{part.as_uri()}?mode=rw")) as copy,
            ):
                source.backup(copy)
            part.rename(free)
            settle(free.parent)
        except BaseException as error:
            part.unlink(missing_ok=True)
            if not isinstance(error, OSError):
                raise
            raise StoreError(f"{self._shown} cannot be copied to {clean(str(free))}: {error.strerror}", hint=_ROOM) from error
        return free

    def _step(self, version: int) -> None:
        for statement in (statement for step in STEPS[version:] for statement in step):
            self._connection.execute(statement)
        self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def _is_empty(self) -> bool:
        return not (self._pragma("application_id") or self._pragma("user_version") or self._pragma("schema_version"))

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError as error:
            raise StoreError(f"the inventory {self._shown} is gone: {error.strerror}", hint=ANOTHER) from error

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with self.trouble():
            self._connection.execute(begin)
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors; where even this fails, closing the file will
                with suppress(sqlite3.Error):
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                raise

    def _explained(self, error: Exception) -> StoreError | None:
        if isinstance(error, sqlite3.ProgrammingError) or not isinstance(error, sqlite3.Error | UnicodeDecodeError | Damaged):
            return None
        code, at = getattr(error, "sqlite_errorcode", 0) & 0xFF, self._shown
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            waited = f"the inventory {at} is in use by another program, and was for {self.patience:g} s"
            return StoreError(waited, hint=f"try again when the other netinv is done, or {ANOTHER}")
        if code == sqlite3.SQLITE_FULL:
            return StoreError(f"no space is left for the inventory {at}", hint=f"free some, or {ANOTHER}")
        if code == sqlite3.SQLITE_NOTADB:
            return StoreError(f"{at} is not an inventory: {error}", hint=f"it was left as it is; {ANOTHER}")
        if code in _DAMAGED:
            return StoreError(f"the inventory {at} is damaged: {error}", hint=self._remedy())
        return StoreError(f"the inventory {at} cannot be opened or written: {error}", hint=self._permission())

    def _remedy(self) -> str:
        """What to do about a damaged file: copies made before it was upgraded may be older, but are whole."""
        try:
            copies = sorted(p for p in self.path.parent.iterdir() if p.name.startswith(f"{self.path.name}.schema"))
        except OSError:
            copies = []
        kept = ", ".join(clean(str(copy)) for copy in copies[-_NAMED:] if copy.suffix != ".part")
        earlier = f", such as was made before an upgrade: {kept}" if kept else ""
        return f"it was left as it is; {COPIES}{earlier}; or move it away to begin anew, or {ANOTHER}"

    def _permission(self) -> str:
        return f"may you {'read it' if self._read_only else 'write to it and to its directory'}? else {ANOTHER}"
