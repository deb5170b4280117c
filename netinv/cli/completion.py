"""What a shell may complete a word to, beyond options: kinds, columns, devices. It is a courtesy, and never an error."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

import typer

_MOST = 200
"""Words offered; who has typed so little shall type more."""
_MARKS = frozenset(" \"'`$\\|&;<>()[]{}*?!~#")
"""What means something to shells."""


def kinds(incomplete: str) -> list[str]:
    """Kinds and categories."""
    from netinv.classification.kinds import CATEGORIES
    from netinv.classification.kinds import kinds as known

    return _beginning(incomplete, (*known(), *CATEGORIES))


def columns(incomplete: str) -> list[str]:
    """Columns of the CSV, as to sort by."""
    from netinv.formats.base import COLUMNS

    return _beginning(incomplete, (column.name for column in COLUMNS))


def devices(context: typer.Context, incomplete: str) -> list[str]:
    """Names and addresses in the inventory, if it can be read at once; no name that a shell would take for several words."""
    from netinv.errors import NetinvError
    from netinv.inventory.store import open_inventory

    with suppress(NetinvError, OSError), open_inventory(context.params.get("store"), read_only=True, timeout=0.5) as inventory:
        known = inventory.devices(brief=True)
        return _beginning(incomplete, (word for device in known for word in _words(device.name, device.ip)))
    return []


def _words(*told: str | None) -> Iterator[str]:
    yield from (word for word in told if word and word.isprintable() and word[0] != "-" and not _MARKS & set(word))


def _beginning(incomplete: str, words: Iterable[str]) -> list[str]:
    found = dict.fromkeys(word for word in words if word.startswith(incomplete))
    return list(found)[:_MOST]
