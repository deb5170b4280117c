"""Options that several commands share, each written once."""

from pathlib import Path
from typing import Annotated

import typer

Store = Annotated[
    Path | None,
    typer.Option(
        "--store", envvar="NETINV_STORE", metavar="FILE", show_default=False,
        help="The inventory; by default netinv/inventory.db in the XDG data directory.",
    ),
]  # fmt: skip
FormatName = Annotated[
    str | None,
    typer.Option("--format", "-f", metavar="NAME", show_default=False, help="table, json, jsonl or csv."),
]
AsJson = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
AsJsonl = Annotated[bool, typer.Option("--jsonl", help="The same as --format jsonl: one device a line.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="The same as --format csv.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", show_default=False, help="Write to FILE, whose suffix names the format."),
]
Why = Annotated[bool, typer.Option("--why", help="Show the one telling reason for each verdict in the table.")]
