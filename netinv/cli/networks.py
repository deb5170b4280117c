"""`netinv networks`: the home and the office are two inventories in one store."""

import typer

from netinv.cli import options
from netinv.cli.fitting import room, rows


def networks(as_json: options.Json = False, store: options.Store = None) -> None:
    """List the networks that were scanned, each told by its addresses and the MAC of its gateway.

    Example: netinv set --network 192.168.1.0/24 --name home
    """
    from netinv.formats.base import stamp
    from netinv.formats.json import encode
    from netinv.formats.words import count
    from netinv.inventory.store import open_inventory

    with open_inventory(store, read_only=True) as inventory:
        found = inventory.networks()
    if as_json:
        entries = [
            {
                "name": summary.site.name or None,
                "label": summary.site.label,
                "prefix": summary.site.prefix,
                "gateway": summary.site.gateway or None,
                "devices": summary.devices,
                "gone": summary.gone,
                "scans": summary.scans,
                "last_scan": summary.last_scan and stamp(summary.last_scan),
            }
            for summary in found
        ]
        typer.echo(encode({"schema": "netinv-networks/1", "networks": entries}))
        return
    table = []
    for summary in found:
        site = summary.site
        last = f"{summary.last_scan.astimezone():%Y-%m-%d %H:%M}" if summary.last_scan else "never"
        told = f"{count(summary.devices, 'device')}, {summary.gone:,} gone; {count(summary.scans, 'scan')}, last {last}"
        table.append((site.name or "-", site.prefix or "-", site.gateway or "gateway unknown", told))
    for line in rows(table, (16, 18, 17), room()):
        typer.echo(line)
