"""`netinv map`: how the network hangs together, drawn in the terminal; nothing is sent."""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options
from netinv.cli.selecting import selecting

if TYPE_CHECKING:
    from rich.text import Text

    from netinv.cli.selection import Selection
    from netinv.formats import Report, Style
    from netinv.formats.topology import Site
    from netinv.model import Device

_CONNECTING = "connects the others"
_WIDEST = 24
"""Cells to which a column grows; what is longer moves the rest of its own line alone."""


@selecting
def map_devices(
    *,
    wanted: "Selection",
    last: Annotated[bool, typer.Option("--last", help="Only what the latest scan that asked saw.")] = False,
    store: options.Store = None,
) -> None:
    """Draw the network as a tree: from the Internet by the gateway to the devices, or to those named, by kind.

    Example: netinv map --kind camera
    """
    from netinv.cli.output import terminal
    from netinv.cli.presence import asking
    from netinv.formats import Report
    from netinv.formats.topology import topology
    from netinv.inventory.store import open_inventory

    with open_inventory(store, read_only=True) as inventory:
        shown = {device.id for device in wanted.of(inventory, brief=True)}
        if last and (scans := asking(inventory, wanted.network)):
            shown &= inventory.seen_in(scans[0].id)
        everybody = inventory.devices(network=wanted.network)
    if shown:  # who hangs somewhere
        shown |= {site.gateway.id for site in topology(Report(everybody)) if site.gateway}
    devices = tuple(device for device in everybody if device.id in shown)
    style = terminal(sys.stdout)
    for line in _lines(Report(devices)):
        typer.echo(_told(line, style))


def _told(line: "Text", style: "Style") -> str:
    """A line as it is printed: cut to the terminal, and in colours where there are any."""
    if style.width:
        line.truncate(style.width, overflow="ellipsis")
    if not style.color:
        return line.plain
    from rich.console import Console

    with (console := Console(force_terminal=True, width=1 << 16)).capture() as printed:
        console.print(line, end="", soft_wrap=True)
    return printed.get()


def _lines(report: "Report") -> "Iterator[Text]":
    from rich.text import Text

    from netinv.formats.summary import closing_line
    from netinv.formats.topology import topology

    sites = topology(report)
    if sites:
        yield Text("Internet", "bold")
    for site in sites:
        yield from _hung(_site(site), is_last=site is sites[-1])
    yield from (Text(""),) if sites else ()
    yield Text(closing_line(report))


def _site(site: "Site") -> "list[Text]":
    """The gateway, and below it, indented, what is behind it."""
    from rich.text import Text

    from netinv.formats.words import spoken

    nobody = f"gateway {site.address}, where no device was seen" if site.address else "gateway not known"
    lines = [_columns([site.gateway])[0].append("  gateway", "bold")] if site.gateway else [Text(nobody)]
    groups = [
        (_CONNECTING, site.joining),
        *((group.title, group.devices) for group in site.groups),
        ("behind a router", site.beyond),
    ]
    branches = [(title, devices) for title, devices in groups if devices]
    for title, devices in branches:
        rows = _columns(devices)
        if title == _CONNECTING:
            for row, device in zip(rows, devices, strict=True):
                row.append(f"  {spoken(device.verdict.kind)}", "bold")
        leaves = [line for row in rows for line in _hung([row], is_last=row is rows[-1])]
        head = Text.assemble((title, "cyan"), f" ({len(devices):,})")
        lines += _hung([head, *leaves], is_last=devices is branches[-1][1])
    return lines


def _hung(lines: "Sequence[Text]", *, is_last: bool) -> "list[Text]":
    """A branch at its stem."""
    from rich.text import Text

    first, rest = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
    return [Text.assemble((rest if number else first, "dim"), line) for number, line in enumerate(lines)]


def _columns(devices: "Sequence[Device]") -> "list[Text]":
    """A line for each: its address, what it is called and its make, each below that of the others."""
    from rich.cells import cell_len
    from rich.text import Text

    rows = [_cells(device) for device in devices]
    widths = [min(max(map(cell_len, column)), _WIDEST) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        shown = [(cell, width, style) for cell, width, style in zip(row, widths, ("", "bold", "dim"), strict=True) if width]
        line = Text("  ").join(Text(cell + " " * (width - cell_len(cell)), style) for cell, width, style in shown)
        line.rstrip()
        lines.append(line)
    return lines


def _cells(device: "Device") -> tuple[str, str, str]:
    from netinv.formats.topology import is_self
    from netinv.formats.words import make
    from netinv.text import clean

    state = "you" if is_self(device) else "" if device.presence in ("here", "unasked") else device.presence
    name = clean(device.name or "") + (f" ({state})" if state else "")
    made = clean(make(device.vendor, device.verdict.model))
    is_its_name = made.casefold() == clean(device.name or "").casefold()  # many telephones are called by their model
    return clean(device.ip or device.mac or device.id), name.strip(), "" if is_its_name else made
