"""`netinv store`: looking after the inventory."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from netinv.cli import options
from netinv.cli.editing import open_to_change

_LEAST_KEPT = timedelta(hours=1)
app = typer.Typer(help="Look after the inventory: check, shrink, prune or copy it.", no_args_is_help=True)


@app.command("check")
def check(store: options.Store = None) -> None:
    """Read all of the inventory and say what is damaged; exit 5 if anything is.

    Example: netinv store check
    """
    from netinv.errors import StoreError
    from netinv.formats.words import count
    from netinv.inventory.store import open_inventory

    with open_inventory(store, read_only=True) as inventory:
        where, damages = inventory.where, inventory.check()
        known = () if damages else inventory.networks()
    for damage in damages:
        typer.echo(damage)
    if damages:
        raise StoreError(f"the inventory {where} is damaged", hint=_mending(damages))
    devices, scans = sum(site.devices + site.gone for site in known), sum(site.scans for site in known)
    held = f"{count(devices, 'device')}, {count(scans, 'scan')}" if scans else "nothing is in it yet"
    print(f"{where} is whole: {held}", file=sys.stderr)


def _mending(damages: Sequence[str]) -> str:
    """What to do: an index is made of what is in the tables."""
    from netinv.inventory.database import COPIES

    if all(" index " in damage for damage in damages):
        return "all that was saved is there: `netinv store vacuum` makes its indexes anew"
    return f"it was left as it is; {COPIES}; `netinv list --json` prints what can still be read"


@app.command("vacuum")
def vacuum(store: options.Store = None) -> None:
    """Give back the room of what was pruned.

    Example: netinv store vacuum
    """
    with open_to_change(store) as inventory:
        before, after = inventory.vacuum()
    print(f"{before / 1024:,.0f} KiB before, {after / 1024:,.0f} KiB now", file=sys.stderr)


@app.command("prune")
def prune(
    keep: Annotated[str, typer.Option("--keep", metavar="WHEN", help="Forget what was over before: 90d, 1w, 2026-01-01.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how much would be forgotten, and forget nothing.")] = False,
    store: options.Store = None,
) -> None:
    """Forget older scans, changes and former facts; and devices not seen since, unless you said something of them.

    Example: netinv store prune --keep 90d
    """
    from netinv.errors import UsageError
    from netinv.formats.words import count
    from netinv.inventory.moments import moment_meant

    before, now = moment_meant(keep, datetime.now(UTC)), datetime.now(UTC)
    if before > now - _LEAST_KEPT:  # what was forgotten does not come back
        raise UsageError(f"--keep {keep} would forget nearly everything", hint="3m is three minutes, 3mo three months")
    with open_to_change(store) as inventory:
        pruned = inventory.prune(before, dry_run=dry_run)
    told = [
        count(pruned.scans, "scan"),
        count(pruned.changes, "change"),
        count(pruned.facts, "fact"),
        count(pruned.devices, "device"),
    ]
    print(f"{', '.join(told)} {'would be ' if dry_run else ''}forgotten", file=sys.stderr)


@app.command("copy")
def copy(
    place: Annotated[str, typer.Argument(metavar="[SOURCE]", help="The inventory to copy; without it, that of --store.")],
    target: Annotated[
        str | None, typer.Argument(metavar="TARGET", help="Where nothing is yet: a file or URL.", show_default=False)
    ] = None,
    store: options.Store = None,
) -> None:
    """Copy the inventory to a file or a server, whole and as it is at one moment, even while a scan is saved.

    Example: netinv store copy ~/.local/share/netinv/inventory.db postgresql://db.lan/netinv
    """
    from netinv.errors import StoreError
    from netinv.inventory.opening import path_of, server_url
    from netinv.inventory.store import open_inventory
    from netinv.text import clean, masked

    source, there = (store, place) if target is None else (place, target)
    if not server_url(there) and path_of(there).exists():
        raise StoreError(f"{path_of(there)} is there already", hint="name a file that is not")
    with open_inventory(source, read_only=True) as inventory:
        inventory.copy_to(there)
        print(f"{inventory.where} copied to {clean(masked(there))}", file=sys.stderr)
