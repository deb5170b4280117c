"""netinv vendors: the table of registered MAC prefixes; what is in it, who an address belongs to, and bringing it up to date."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options

if TYPE_CHECKING:
    from netinv.classification.vendor_table import VendorTable

app = typer.Typer(
    name="vendors",
    help="The table that tells a device's vendor from its MAC address.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def info(as_json: options.Json = False) -> None:
    """Show how old the table is and what it was made of."""
    import json

    from netinv.classification.vendors import BUILT_IN, table

    used = table()
    if used.problem:
        hint = f"; {used.problem.hint}" if used.problem.hint else ""
        typer.echo(f"warning: {used.problem.message}{hint}", err=True)
    if as_json:
        typer.echo(json.dumps(_document(used), indent=2))
        return
    of_24, of_28, of_36 = used.counts
    typer.echo(f"{used.date}: {used.entries:,} prefixes ({of_24:,} of 24 bits, {of_28:,} of 28, {of_36:,} of 36)")
    typer.echo(f"{used.path}{' (built in)' if used.path == BUILT_IN else ''}")
    for source in used.sources:
        typer.echo(f"  {source.date}  {source.entries:>7,} prefixes  {source.name}")


@app.command()
def lookup(
    macs: Annotated[
        list[str], typer.Argument(metavar="MAC...", help="Such as 3c:22:fb:01:02:03, 3C-22-FB-01-02-03 or 3c22fb010203.")
    ],
    as_json: options.Json = False,
) -> None:
    """Tell who registered each MAC address.

    Example: netinv vendors lookup 3c:22:fb:01:02:03
    """
    import json

    from netinv.classification.vendors import table, vendor
    from netinv.model import MAC

    found = []
    for word in macs:
        try:
            mac = MAC.parse(word)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="MAC") from error
        name = vendor(mac)
        block = table().find(mac)
        found.append(
            {
                "mac": mac,
                "vendor": name,
                "prefix": block.prefix if block and block.vendor == name else None,
                "is_local": mac.is_local,
                "is_group": mac.is_group,
            }
        )
    if as_json:
        typer.echo(json.dumps(_document(table(), found), indent=2))
        return
    for one in found:
        said = one["vendor"] or ("multicast" if one["is_group"] else "unknown")
        typer.echo(f"{one['mac']}  {said}" + (f"  ({one['prefix']})" if one["prefix"] else ""))


@app.command()
def update(
    files: Annotated[
        list[Path], typer.Option("--file", metavar="FILE", help="A list of prefixes; may be repeated.", show_default=False)
    ],
    date: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="When the lists were taken, where neither their heading nor the date of the file tells."
        ),
    ] = None,
) -> None:
    """Bring the table up to date from lists you downloaded.

    Nothing is fetched by netinv itself. Everything in one weekly file:

      https://www.wireshark.org/download/automated/data/manuf.gz

    The registries themselves, as CSV:

      https://standards-oui.ieee.org/oui/oui.csv
      https://standards-oui.ieee.org/oui28/mam.csv
      https://standards-oui.ieee.org/oui36/oui36.csv
      https://standards-oui.ieee.org/iab/iab.csv

    Also read: the IEEE's oui.txt, nmap-mac-prefixes, arp-scan's
    ieee-oui.txt, JSON of prefixes and names; any of them gzipped.

    The lists are combined with the table in use; where they disagree the
    newest wins. The result is kept for this user alone, and preferred to
    the built-in table until a release of netinv brings a newer one.

    Example: netinv vendors update --file manuf.gz
    """
    from netinv.classification.vendor_sources import combine, read_list
    from netinv.classification.vendors import install, table

    day = date.date() if date else None
    if day and day > datetime.now().astimezone().date():
        raise typer.BadParameter("is in the future", param_hint="--date")
    before = table()
    lists = [read_list(file, day=day) for file in files]
    after = install(combine(lists, before))
    for one in lists:
        typer.echo(f"{one.name}: {len(one.entries):,} prefixes, {one.date}", err=True)
        if one.date < before.date:
            typer.echo(f"warning: {one.name} is older than the table in use ({before.date}): it only filled gaps", err=True)
    typer.echo(f"{after.date}: {after.entries:,} prefixes ({after.entries - before.entries:+,}) in {after.path}", err=True)


def _document(used: "VendorTable", found: Sequence[object] | None = None) -> dict[str, object]:
    """The JSON of both commands: the table, and what was looked up in it, if anything was."""
    return {"schema": "netinv-vendors/1", "table": _described(used), "found": found}


def _described(used: "VendorTable") -> dict[str, object]:
    from netinv.classification.vendors import BUILT_IN

    return {
        "date": str(used.date),
        "entries": used.entries,
        "entries_by_bits": dict(zip(("24", "28", "36"), used.counts, strict=True)),
        "path": str(used.path),
        "is_built_in": used.path == BUILT_IN,
        "sources": [{"date": str(s.date), "name": s.name, "entries": s.entries} for s in used.sources],
        "problem": used.problem.message if used.problem else None,
    }
