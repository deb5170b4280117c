"""`netinv interfaces`: the interfaces of this machine, and which of them a scan would use; nothing is sent."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from netinv.cli import options

if TYPE_CHECKING:
    from netinv.model import Interface
    from netinv.net.interfaces import Choice


def interfaces(as_json: options.Json = False) -> None:
    """Show this machine's interfaces, which of them a scan uses when none is named, and why.

    Example: netinv interfaces --json | jq -r '.interfaces[] | select(.is_up).name'
    """
    from netinv.errors import InterfaceError
    from netinv.net.interfaces import default
    from netinv.net.interfaces import interfaces as read

    found = read()
    choice = problem = None
    try:
        choice = default(found)
    except InterfaceError as error:
        problem = error
    if as_json:
        _print_json(found, choice, problem)
        return
    _print_table(found, choice)
    if problem:
        print(f"warning: {problem.message}\nhint: {problem.hint}", file=sys.stderr)


def _print_json(found: Sequence["Interface"], choice: "Choice | None", problem: Exception | None) -> None:
    from json import dumps

    from netinv.net.interfaces import flaw
    from netinv.text import clean

    described = [
        {
            "name": clean(interface.name),
            "mac": interface.mac,
            "addresses": [str(address) for address in interface.addresses],
            "networks": [str(network) for network in interface.networks],
            "gateway": interface.gateway,
            "is_default": interface.is_default,
            "is_up": interface.is_up,
            "has_carrier": interface.has_carrier,
            "is_loopback": interface.is_loopback,
            "is_point_to_point": interface.is_point_to_point,
            "flaw": flaw(interface),
        }
        for interface in found
    ]
    chosen = choice and clean(choice.interface.name)
    because = choice.because if choice else str(problem)
    document = {"schema": "netinv-interfaces/1", "scan_uses": chosen, "because": because, "interfaces": described}
    typer.echo(dumps(document, indent=2))


def _print_table(found: Sequence["Interface"], choice: "Choice | None") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from netinv.cli.output import terminal
    from netinv.text import clean

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("  NAME", "STATE", "MAC", "ADDRESSES", "GATEWAY"):
        table.add_column(title, no_wrap=title != "ADDRESSES", overflow="fold")
    for interface in found:
        is_chosen = bool(choice and choice.interface == interface)
        addresses = "\n".join(map(str, interface.addresses))
        cells = (
            f"{'*' if is_chosen else ' '} {clean(interface.name)}",
            _state(interface),
            interface.mac,
            addresses,
            interface.gateway,
        )
        table.add_row(*(Text(cell or "") for cell in cells), style="bold" if is_chosen else "")
    style = terminal(sys.stdout)
    console = Console(
        width=style.width or 200,
        color_system="standard" if style.color else None,
        force_terminal=style.color,
        force_jupyter=False,
        highlight=False,
    )
    # Captured, since where a pipe breaks rich would end the program by itself.
    with console.capture() as capture:
        console.print(table)
    lines = [line.rstrip() for line in capture.get().splitlines()]
    if choice:
        lines += ["", f"* a scan uses {clean(choice.interface.name)}: {choice.because}; -i NAME chooses another"]
    typer.echo("\n".join(lines))


def _state(interface: "Interface") -> str:
    if not interface.is_up:
        return "down"
    if not interface.has_carrier:
        return "no carrier"
    return "loopback" if interface.is_loopback else "up"
