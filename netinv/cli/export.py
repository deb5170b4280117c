"""`netinv export`: the inventory in a file."""

from pathlib import Path
from typing import Annotated

import typer

from netinv.cli import options


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="devices.csv, .json or .jsonl; - is standard output.")],
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
    from netinv.inventory.store import open_inventory

    out = Output.choose(format_name, path=file, excel=excel)
    with open_inventory(store, read_only=True) as inventory:
        report = Report(inventory.devices())
    with out.stream() as writer:
        writer.write(report)
    if out.path:
        count = len(report.devices)
        print(f"{count} {'device' if count == 1 else 'devices'} written to {out.path}", file=sys.stderr)
