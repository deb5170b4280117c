"""Options that several commands share, each written once."""

from typing import Annotated

import typer

# Places are text here: what a path or URL is, whether it can be read and what to say if not, others know better than Typer.
Store = Annotated[
    str | None,
    typer.Option(
        "--store", envvar="NETINV_STORE", metavar="FILE", show_default=False,
        help="The inventory: a file or sqlite:///FILE; by default netinv/inventory.db in the XDG data directory.",
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
    str | None,
    typer.Option("--output", "-o", metavar="FILE", show_default=False, help="Write to FILE, whose suffix names the format."),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON; `netinv schema` says what it means.")]
"""For what is no report of devices, and has but the two ways of being written."""
Reference = Annotated[
    str, typer.Argument(metavar="DEVICE", help="Its id or the beginning of it, name, address or MAC.", show_default=False)
]
Why = Annotated[bool, typer.Option("--why", help="Show the one telling reason for each verdict in the table.")]
