"""`netinv ansible`: the inventory as Ansible asks a dynamic inventory for it; nothing is sent."""

from typing import Annotated

import typer

from netinv.cli import options

HELP = """Answer Ansible as a dynamic inventory: every device by host name, in groups by category and kind.

Ansible asks a program it can run. Make one, and name it:

  printf '#!/bin/sh\\nexec netinv ansible "$@"\\n' > lan.sh; chmod +x lan.sh

Examples:

  ansible-inventory -i lan.sh --graph

  ansible -i lan.sh speaks_ssh -m ping

  netinv export lan.yml                   the same as a file that stays
"""


def ansible(
    everything: Annotated[bool, typer.Option("--list", help="All groups and hosts; also where no option is given.")] = False,
    host: Annotated[
        str | None, typer.Option("--host", metavar="DEVICE", help="The variables of one host.", show_default=False)
    ] = None,
    network: options.Network = None,
    store: options.Store = None,
) -> None:
    """Write JSON for Ansible."""
    import json

    from netinv.errors import DeviceError, UsageError
    from netinv.formats import Report
    from netinv.formats.ansible import dynamic, hosts
    from netinv.inventory.store import open_inventory

    if everything and host is not None:
        raise UsageError("--list and --host are different questions", hint="ask one of them")
    with open_inventory(store, read_only=True) as inventory:
        report = Report(inventory.devices(network=network))
        if host is None:
            typer.echo(json.dumps(dynamic(report), indent=2))
            return
        known = hosts(report)
        if host not in known:  # Ansible names hosts as we do, a person any way that is understood elsewhere
            try:
                meant = inventory.find(host).id
            except DeviceError as error:
                raise DeviceError(f"no host is called {host!r} here: {error.message}", hint=error.hint) from error
            host = next((name for name, told in known.items() if told["netinv_id"] == meant), host)
    if host not in known:
        raise DeviceError(f"no host is called {host!r} here", hint="`netinv ansible --list` lists them")
    typer.echo(json.dumps(known[host], indent=2))


ansible.__doc__ = HELP
