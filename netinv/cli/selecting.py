"""The options that say which devices of the inventory are meant: a command gets them as one `Selection`, its keyword `wanted`."""

from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import completion, options
from netinv.cli.standing import standing_for

if TYPE_CHECKING:
    from netinv.cli.selection import Selection


def _selection(
    *,
    device: options.References = None,
    new: Annotated[bool, typer.Option("--new", help="Only who is new since the last scan, or --since.")] = False,
    gone: Annotated[bool, typer.Option("--gone", help="Only who is gone: asked again and again, and silent.")] = False,
    changed: Annotated[bool, typer.Option("--changed", help="Only who changed in the last scan, or --since.")] = False,
    since: options.Since = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="Only this kind or category; repeatable.",
            show_default=False,
            autocompletion=completion.kinds,
        ),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Only with this tag; repeatable.")] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="COLUMN",
            help="By a column of the CSV; -COLUMN turns it.",
            show_default=False,
            autocompletion=completion.columns,
        ),
    ] = None,
    network: options.Network = None,
    sensor: Annotated[
        str | None, typer.Option("--sensor", metavar="NAME", help="Only what this sensor heard last.", show_default=False)
    ] = None,
) -> "Selection":
    from netinv.cli.selection import Selection

    return Selection.understood(
        device or (),
        new=new,
        gone=gone,
        changed=changed,
        since=since,
        kinds=kind or (),
        tags=tag or (),
        sort=sort,
        network=network,
        sensor=sensor,
    )


selecting = standing_for("wanted", _selection)
"""A command whose keyword `wanted` is a `Selection`; words that mean nothing are a UsageError before it begins."""
