"""`netinv export`: the inventory in a file."""

from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options
from netinv.cli.selecting import selecting

if TYPE_CHECKING:
    from netinv.cli.selection import Selection

HELP = """Write the inventory to FILE, whose suffix names the format; the file appears whole or not at all.

The suffix, or --format, chooses: ansible, csv, dnsmasq, dot, hosts, html,
json, jsonl, markdown, netbox, nmap, prometheus, ssh_config or table. Such a
name in place of FILE writes that format to standard output.

Examples:

  netinv export devices.csv --excel           for a spreadsheet

  netinv export csv | head                    to standard output

  netinv export report.html                   a page to search, with a map

  netinv export cameras.yml --kind camera     an Ansible inventory of the cameras
"""


@selecting
def export(
    *,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="devices.csv, .html, .netbox.zip ...; csv, json ... or - (CSV, unless --format is given) is standard output.",
        ),
    ],
    wanted: "Selection",
    format_name: options.FormatName = None,
    excel: Annotated[bool, typer.Option("--excel", help="Begin CSV with the byte-order mark Excel reads UTF-8 by.")] = False,
    store: options.Store = None,
) -> None:
    """Ask the inventory, write."""
    import sys

    from netinv.cli.output import Output
    from netinv.formats import formats
    from netinv.formats.words import count
    from netinv.inventory.store import open_inventory

    if format_name is None and file.isidentifier() and file in formats():
        file, format_name = "-", file
    out = Output.choose(format_name or ("csv" if file == "-" else None), path=file, excel=excel)
    with open_inventory(store, read_only=True) as inventory:
        report = wanted.report(inventory, out.format)
    with out.stream() as writer:
        writer.write(report)
    if out.path:
        written = sum(map(out.format.takes, report.devices))
        others = len(report.devices) - written
        left_out = f"; {count(others, 'other')} left out, which {out.format.name} has no place for" if others else ""
        print(f"{count(written, 'device')} written to {out.path}{left_out}", file=sys.stderr)


export.__doc__ = HELP
