"""Options that several commands share, each written once."""

from typing import Annotated

import typer

from netinv.cli import completion
from netinv.cli.configured import configured

# Places are text here: what a path or URL is, whether it can be read and what to say if not, others know better than Typer.
Store = Annotated[str | None, configured("store.url")]
FormatName = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="NAME",
        show_default=False,
        help="table, csv, json, html ...; a wrong name is answered with all.",
    ),
]
Sensor = Annotated[str | None, configured("scan.sensor")]
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
    str,
    typer.Argument(
        metavar="DEVICE",
        help="Its id or the beginning of it, name, address or MAC.",
        show_default=False,
        autocompletion=completion.devices,
    ),
]
References = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[DEVICE]...",
        help="Only these: id or the beginning of it, name, address or MAC.",
        show_default=False,
        autocompletion=completion.devices,
    ),
]
Network = Annotated[
    str | None,
    typer.Option(
        "--network", metavar="NAME", show_default=False, help="This network only: its name, prefix, gateway's MAC, or here."
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="WHEN",
        show_default=False,
        help="Since then: 7d, '2 days ago', yesterday, monday, 'last week', 2026-03-01, 12:30.",
    ),
]
Anonymise = Annotated[
    bool, typer.Option("--anonymise", help="With --record: mask names, serial numbers, and MAC addresses but for their vendors.")
]
Save = Annotated[bool, typer.Option("--save", help="Take it over into the inventory, which stays as it is otherwise.")]
