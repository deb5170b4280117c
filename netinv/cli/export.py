"""`netinv export`: the inventory in a file."""

from typing import Annotated

import typer

from netinv.cli import options


def export(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="devices.csv, .html, .netbox.zip ...; - is standard output, as CSV unless --format is given."
        ),
    ],
    device: options.References = None,
    format_name: options.FormatName = None,
    excel: Annotated[bool, typer.Option("--excel", help="Begin CSV with the byte-order mark Excel reads UTF-8 by.")] = False,
    new: options.New = False,
    gone: options.Gone = False,
    changed: options.Changed = False,
    since: options.Since = None,
    kind: options.Kinds = None,
    tag: options.Tags = None,
    sort: options.Sort = None,
    network: options.Network = None,
    store: options.Store = None,
) -> None:
    """Write the inventory to FILE, whose suffix names the format; the file appears whole or not at all.

    Example: netinv export devices.csv --excel; netinv export report.html; netinv export cameras.yml --kind camera
    """
    import sys

    from netinv.cli.output import Output
    from netinv.cli.presence import looks
    from netinv.cli.selection import Selection
    from netinv.formats import Report
    from netinv.formats.words import count
    from netinv.inventory.store import open_inventory

    out = Output.choose(format_name or ("csv" if file == "-" else None), path=file, excel=excel)
    wanted = Selection.understood(
        device or (), new=new, gone=gone, changed=changed, since=since, kinds=kind or (), tags=tag or (), sort=sort
    )
    with open_inventory(store, read_only=True) as inventory:
        devices = inventory.devices(network=network, brief=not out.format.needs_evidence)
        report = Report(
            wanted.of(inventory, devices, network), looks=looks(inventory, network) if out.format.shows_presence else ()
        )
    with out.stream() as writer:
        writer.write(report)
    if out.path:
        written = sum(map(out.format.takes, report.devices))
        others = len(report.devices) - written
        left_out = f"; {count(others, 'other')} left out, which {out.format.name} has no place for" if others else ""
        print(f"{count(written, 'device')} written to {out.path}{left_out}", file=sys.stderr)
