"""`netinv set`, `netinv import` and `netinv undo`: what the user says of devices, which no scan changes."""

import re
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options
from netinv.cli.editing import open_to_change

if TYPE_CHECKING:
    from netinv.formats.sheet import Row
    from netinv.inventory.base import Inventory
    from netinv.model import Annotations, Change, Device

_Text = str | None
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,15})?", re.ASCII)
_TRUE = frozenset(("true", "yes", "y", "1", "x", "wahr", "ja", "vrai", "oui", "verdadero", "sí", "vero", "waar", "prawda"))
_FALSE = frozenset(("false", "no", "n", "0", "falsch", "nein", "faux", "non", "falso", "onwaar", "fałsz"))
"""How spreadsheets in their languages write what we wrote as true and false."""


def set_device(
    device: Annotated[
        str | None,
        typer.Argument(metavar="DEVICE", help="Its id or the beginning of it, name, address or MAC.", show_default=False),
    ] = None,
    name: Annotated[_Text, typer.Option("--name", metavar="NAME", help="What you call it.", show_default=False)] = None,
    kind: Annotated[_Text, typer.Option("--kind", metavar="KIND", help="What it is: nas, camera ...", show_default=False)] = None,
    owner: Annotated[_Text, typer.Option("--owner", metavar="WHO", help="Whose it is.", show_default=False)] = None,
    location: Annotated[_Text, typer.Option("--location", metavar="WHERE", help="Where it is.", show_default=False)] = None,
    notes: Annotated[_Text, typer.Option("--notes", metavar="TEXT", help="What else to remember.", show_default=False)] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", metavar="+X,-Y", help="Add and take away tags; repeatable.", show_default=False)
    ] = None,
    trusted: Annotated[bool | None, typer.Option("--trusted/--no-trusted", help="You know it, or you do not.")] = None,
    clear: Annotated[
        list[str] | None,
        typer.Option("--clear", metavar="FIELD", help="Say nothing of it any more; repeatable.", show_default=False),
    ] = None,
    network: Annotated[
        _Text, typer.Option("--network", metavar="NAME", help="Name this network, instead of a device.", show_default=False)
    ] = None,
    store: options.Store = None,
) -> None:
    """Say what you know of a device: it outranks what was heard, and no scan changes it.

    Example: netinv set 192.168.1.20 --name attic-nas --owner Anna --tag +backup --trusted
    """
    from netinv.errors import UsageError
    from netinv.inventory.annotations import retagged, saying

    given = {"name": name, "kind": kind, "owner": owner, "location": location, "notes": notes, "trusted": trusted}
    words = {field: value for field, value in given.items() if value is not None}
    if network is not None:
        if device or name is None or len(words) > 1 or tag or clear:
            raise UsageError("a network has a name only", hint="netinv set --network 192.168.1.0/24 --name home")
        with open_to_change(store) as inventory:
            inventory.name_network(network, name)
        return
    if device is None or not (words or tag or clear):
        raise UsageError("nothing is said of any device", hint="netinv set DEVICE --name attic-nas; see netinv set --help")
    with open_to_change(store) as inventory:
        found = inventory.find(device)
        said = saying(found.annotations, {_field(word): () if _field(word) == "tags" else None for word in clear or ()})
        said = saying(said, words | {"tags": retagged(said.tags, tag or ())})
        _tell(inventory.annotate({found.id: said}), {found.id: found})


def import_csv(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV as `netinv export` writes it; - is standard input.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    store: options.Store = None,
) -> None:
    """Take over what you edited in an exported CSV: name, kind, owner, location, notes, tags, trusted.

    A row is of the device with its id; where that is missing, with its MAC, address or name.

    Example: netinv export devices.csv --excel; netinv import devices.csv --dry-run
    """
    from netinv.formats.sheet import read_sheet
    from netinv.formats.words import count
    from netinv.inventory.store import open_inventory

    rows = read_sheet(_content(file))
    with open_inventory(store, read_only=True) if dry_run else open_to_change(store) as inventory:
        known = {device.id: device for device in inventory.devices(brief=True)}
        said = _edits(inventory, known, rows)
        if not dry_run:
            _tell(inventory.annotate(said), known)
        else:
            for device_id, words in said.items():
                typer.echo(f"{_called(known[device_id])}: {_difference(known[device_id].annotations, words)}")
    told = f"{count(len(said), 'device')} of {len(rows):,}"
    print(f"{told} would change; nothing was written" if dry_run else f"{told} changed", file=sys.stderr)


def merge(
    device: options.Reference,
    others: Annotated[list[str], typer.Argument(metavar="OTHER...", help="Devices that are the same one.", show_default=False)],
    store: options.Store = None,
) -> None:
    """Say that devices are one: all that was heard of the others was heard of the one known first.

    It is called as the first you name is called, unless you call it otherwise.

    Example: netinv merge laptop 192.168.1.31
    """
    with open_to_change(store) as inventory:
        one, *rest = [inventory.find(word) for word in (device, *others)]
        united = inventory.merge(one.id, *(other.id for other in rest)).device
    for other in rest:
        print(f"{_called(other)} is {_called(one)}: {united}; `netinv undo` takes it back", file=sys.stderr)


def split(
    device: options.Reference,
    addresses: Annotated[
        list[str], typer.Argument(metavar="ADDRESS...", help="MAC or IP addresses that are another device's.", show_default=False)
    ],
    store: options.Store = None,
) -> None:
    """Say that addresses of a device are another's: what was heard there goes with them, and no scan joins them again.

    An address takes its MAC along, with all other addresses of that, unless one of them is what you call the device by.

    Example: netinv split router 192.168.1.40
    """
    from netinv.inventory.reference import as_address, as_mac

    with open_to_change(store) as inventory:
        found = inventory.find(device)
        words = {as_mac(word) or as_address(word) or word for word in addresses}
        change = inventory.split(found.id, words, keeping=as_mac(device) or as_address(device))
        other, left = inventory.find(change.after or ""), inventory.find(found.id)
    shared = [mac for mac in other.macs if mac in left.macs]
    along = [word for word in (*other.addresses, *other.macs) if word not in {*words, *shared}]
    told = f"{other.id}, with {', '.join(along)}" if along else other.id
    print(f"{_called(other)} is a device of its own: {told}; `netinv undo` takes it back", file=sys.stderr)
    if shared:
        print(f"{', '.join(shared)} stays with {_called(left)}, and answers for both", file=sys.stderr)


def undo(store: options.Store = None) -> None:
    """Take back the last set, import, merge or split; again for the one before it.

    Example: netinv undo
    """
    with open_to_change(store) as inventory:
        undone = inventory.undo()
    print(f"undone: {undone}" if undone else "there is nothing to undo", file=sys.stderr)


def _edits(inventory: "Inventory", known: "dict[str, Device]", rows: "Sequence[Row]") -> "dict[str, Annotations]":
    """What the rows say of devices that they did not say before; UsageError with the line for what cannot be said."""
    from netinv.cli.whose import Whose
    from netinv.errors import DeviceError, UsageError
    from netinv.inventory.annotations import checked

    @cache
    def unsaid() -> "dict[str, Device]":
        """The devices as they would be shown if their user had said nothing."""
        from netinv.inventory.devices import derive

        return {d.id: derive(d.evidence) if d.evidence else d for d in inventory.devices()}

    rows_of = Whose(inventory, known)
    said: dict[str, Annotations] = {}
    lines: dict[str, int] = {}
    for line, cells in rows:
        try:
            device = rows_of.device(cells)
            words = checked(_edited(inventory, device, cells, unsaid))
        except (DeviceError, UsageError) as error:
            raise UsageError(f"line {line}: {error.message}", hint=error.hint) from error
        if device.id in lines:
            raise UsageError(f"line {line}: {device.id} is in line {lines[device.id]} already", hint="delete one of them")
        lines[device.id] = line
        if words != device.annotations:
            said[device.id] = words
    return said


def _edited(
    inventory: "Inventory", device: "Device", cells: dict[str, str], unsaid: "Callable[[], dict[str, Device]]"
) -> "Annotations":
    """What a device's cells say; one that is as it was written says nothing new, one that is as it was heard nothing any more."""
    from netinv.formats.base import COLUMNS
    from netinv.formats.csv import cell as written
    from netinv.formats.sheet import unguarded
    from netinv.inventory.annotations import FIELDS, retagged, saying

    said = device.annotations
    for column in COLUMNS:
        name = column.name
        if (
            name not in FIELDS
            or name not in cells
            or _is_unedited(cells[name].strip(), str(written(column.cell(device))).strip())
        ):
            continue
        value = unguarded(cells[name].strip())
        if name == "trusted":
            said = saying(said, {"trusted": _truth(value)})
        elif name == "tags":
            said = saying(said, {"tags": retagged((), value.replace(",", " ").split())})
        elif (
            name in ("name", "kind")
            and getattr(said, name)
            and _is_unedited(cells[name].strip(), str(written(column.cell(unsaid()[device.id]))).strip())
        ):
            said = saying(said, {name: None})
        elif name in ("name", "kind") and (value == "unknown" or _was_heard(inventory, device, name, value)):
            continue
        else:
            said = saying(said, {name: value or None})
    return said


def _is_unedited(cell: str, written: str) -> bool:
    """Whether a cell holds what was written there, if only as spreadsheets keep it.

    They take `0123` for a number, and Excel's plain CSV has a question mark for what Windows-1252 has no letter for.
    """
    if cell in (written, written.encode("cp1252", "replace").decode("cp1252")):
        return True
    numbers = [_NUMBER.fullmatch(text) for text in (cell, written)]
    return all(numbers) and len({float(text.replace(",", ".")) for text in (cell, written)}) == 1


def _was_heard(inventory: "Inventory", device: "Device", field: str, value: str) -> bool:
    """Whether that is what was heard when the sheet was written, and has changed since: nobody edited it."""
    return any(c.field == field and c.before == value and c.by == "scan" for c in inventory.history(device.id))


def _truth(value: str) -> bool | None:
    from netinv.errors import UsageError

    word = value.casefold()
    if not word:
        return None
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise UsageError(f"'{value[:80]}' is neither true nor false", hint="write true, false, or nothing in the column 'trusted'")


def _field(word: str) -> str:
    from difflib import get_close_matches

    from netinv.errors import UsageError
    from netinv.inventory.annotations import FIELDS

    wanted = {"tag": "tags", "note": "notes"}.get(word.lower(), word.lower())
    if wanted in FIELDS:
        return wanted
    near = get_close_matches(wanted, FIELDS, n=1)
    hint = f"did you mean {near[0]}?" if near else ", ".join(FIELDS)
    raise UsageError(f"nothing called '{word}' can be said of a device", hint=hint)


def _content(file: str) -> bytes:
    from pathlib import Path

    from netinv.errors import FormatError
    from netinv.formats.sheet import LARGEST

    if file == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        raise FormatError(f"cannot read {file!r}: {error.strerror}", hint="name a CSV that you may read") from error


def _tell(changes: "Sequence[Change]", known: "dict[str, Device]") -> None:
    from netinv.formats.changes import sentence

    for change in changes:
        print(f"{_called(known[change.device])}: {sentence(change)}", file=sys.stderr)


def _difference(before: "Annotations", after: "Annotations") -> str:
    from netinv.inventory.annotations import FIELDS

    pairs = ((field, getattr(before, field), getattr(after, field)) for field in FIELDS)
    return "; ".join(f"{field}: {_shown(was)} -> {_shown(now)}" for field, was, now in pairs if was != now)


def _shown(value: object) -> str:
    return " ".join(value) or "-" if isinstance(value, tuple) else "-" if value is None else str(value)


def _called(device: "Device") -> str:
    return " ".join(filter(None, (device.ip, device.name))) or device.mac or device.id
