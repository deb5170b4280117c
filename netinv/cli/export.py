"""`netinv export`: the inventory in a file."""

from typing import Annotated

import typer

from netinv.cli import options


def export(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="devices.csv, .json, .jsonl or .txt; - is standard output, as CSV unless --format is given."
        ),
    ],
    format_name: options.FormatName = None,
    excel: Annotated[bool, typer.Option("--excel", help="Begin CSV with the byte-order mark Excel reads UTF-8 by.")] = False,
    store: options.Store = None,
) -> None:
    """Write the inventory to FILE, whose suffix names the format; the file appears whole or not at all.

    Example: netinv export devices.csv --excel
    """
    import sys

    from netinv.cli.output import Output
    from netinv.formats import Report
    from netinv.formats.words import count
    from netinv.inventory.store import open_inventory

    out = Output.choose(format_name or ("csv" if file == "-" else None), path=file, excel=excel)
    with open_inventory(store, read_only=True) as inventory:
        report = Report(inventory.devices())
    with out.stream() as writer:
        writer.write(report)
    if out.path:
        print(f"{count(len(report.devices), 'device')} written to {out.path}", file=sys.stderr)
