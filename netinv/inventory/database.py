"""What the inventory asks of a database, whichever keeps it: whole transactions only, and errors in the user's words.

Every statement is written once, in what SQLite and PostgreSQL have in common, with `?` for each value. What an engine does in its
own way, how it is opened, locked, copied and looked after, is in its own file.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from netinv.errors import StoreError

ANOTHER: Final = "name another with --store"
"""What is left to whoever cannot use an inventory, for whatever he wants it."""
COPIES: Final = "bring back a copy, as `netinv store copy` makes them"


class Passing(StoreError):  # noqa: N818 - it says when it is over
    """A trouble that may be over when it is tried again: a server that restarts. Nothing was changed, or all of it."""


class Database(ABC):
    """An open connection. Everything it raises is StoreError, but for mistakes in the program."""

    patience: float
    """Seconds to wait for others who write, and to go on trying what fails for a `Passing` reason."""

    @property
    @abstractmethod
    def where(self) -> str:
        """The path or URL, without secrets."""

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def all(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Every row of an answer; text or number, whatever is there."""

    @abstractmethod
    def run(self, statement: str, *values: object) -> None:
        """Change one thing, within `writing`."""

    @abstractmethod
    def run_all(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Change many things alike, within `writing`."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[None]:
        """One state of the database for several questions."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[None]:
        """All changes or none, whatever happens to this process or to the machine; nobody else writes meanwhile."""

    @abstractmethod
    def refreshing(self) -> AbstractContextManager[None]:
        """As `writing`, for what nobody would miss: even if opened read-only, but at once or not at all."""

    @contextmanager
    def trouble(self) -> Iterator[None]:
        """Say what the database's or a damaged row's complaint means to the user."""
        try:
            yield
        except Exception as error:
            if (explained := self._explained(error)) is None:
                raise
            raise explained from error

    @abstractmethod
    def check(self) -> tuple[str, ...]:
        """What is damaged, in the database's own words; reads all of it."""

    @abstractmethod
    def vacuum(self) -> tuple[int, int]:
        """Give back the room of what was forgotten; bytes before and after."""

    @abstractmethod
    def copy_to(self, place: Path) -> None:
        """A copy as it stands, in a file where nothing is yet."""

    @abstractmethod
    def columns(self, table: str) -> tuple[str, ...]:
        """The names of a table's columns."""

    @abstractmethod
    def renumber(self) -> None:
        """Go on counting after the highest number of each table, within `writing`."""

    @abstractmethod
    def _explained(self, error: Exception) -> StoreError | None:
        """What an error means to the user; None where it is a mistake in the program."""
