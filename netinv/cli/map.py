"""`netinv map`: how the network hangs together, drawn in the terminal; nothing is sent."""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options

if TYPE_CHECKING:
    from netinv.formats import Report
    from netinv.formats.topology import Site
    from netinv.model import Device


def map_devices(
    last: Annotated[bool, typer.Option("--last", help="Only what the latest scan saw.")] = False,
    network: options.Network = None,
    store: options.Store = None,
) -> None:
    """Draw the network as a tree: from the Internet by the gateway to the devices, by kind.

    Example: netinv map --last
    """
    from netinv.cli.output import terminal
    from netinv.formats import Report
    from netinv.inventory.store import open_inventory

    with open_inventory(store, read_only=True) as inventory:
        devices = inventory.devices(network=network)
        if last and (scans := inventory.scans(1, network=network)):
            seen = inventory.seen_in(scans[0].id)
            devices = tuple(device for device in devices if device.id in seen)
    width = terminal(sys.stdout).width
    typer.echo("\n".join(line if width is None else _cut(line, width) for line in _lines(Report(devices))))


def _lines(report: "Report") -> Iterator[str]:
    from netinv.formats.summary import closing_line
    from netinv.formats.topology import topology

    sites = topology(report)
    if sites:
        yield "Internet"
    for site in sites:
        yield from _hung(_site(site), is_last=site is sites[-1])
    yield from ("",) if sites else ()
    yield closing_line(report)


def _site(site: "Site") -> list[str]:
    """The gateway, and below it, indented, what is behind it."""
    nobody = f"gateway {site.address}, where no device was seen" if site.address else "gateway not known"
    lines = [f"{_shown(site.gateway)}  gateway" if site.gateway else nobody]
    groups = [
        ("joins the network", site.joining),
        *((group.title, group.devices) for group in site.groups),
        ("behind a router", site.beyond),
    ]
    branches = [(f"{title} ({len(devices):,})", devices) for title, devices in groups if devices]
    for title, devices in branches:
        leaves = [line for device in devices for line in _hung([_shown(device)], is_last=device is devices[-1])]
        lines += _hung([title, *leaves], is_last=devices is branches[-1][1])
    return lines


def _hung(lines: Sequence[str], *, is_last: bool) -> list[str]:
    """A branch at its stem."""
    first, rest = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
    return [(rest if number else first) + line for number, line in enumerate(lines)]


def _shown(device: "Device") -> str:
    from netinv.formats.topology import is_self
    from netinv.text import clean

    state = "you" if is_self(device) else "" if device.presence in ("here", "unasked") else device.presence
    name = clean(device.name or "") + (f" ({state})" if state else "")
    maker = clean(" ".join(filter(None, (device.vendor, device.verdict.model))))
    return "  ".join(filter(None, (clean(device.ip or device.mac or device.id), name.strip(), maker)))


def _cut(line: str, width: int) -> str:
    """As much of a line as fits, wide characters taken for two."""
    from rich.cells import cell_len, set_cell_size

    return line if cell_len(line) <= width else set_cell_size(line, max(width - 1, 1)).rstrip() + "…"
