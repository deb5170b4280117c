"""`netinv schema`: what the JSON means, for people and for validators."""

from typing import Annotated

import typer


def schema(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]", help="report, event, explain, history, diff, scans, networks ...: whose --json.", show_default=False
        ),
    ] = "report",
) -> None:
    """Print the JSON Schema of --json; a line of --jsonl is its '#/$defs/device'.

    Example: netinv scan --json > lan.json; netinv schema > netinv.json; check-jsonschema --schemafile netinv.json lan.json
    """
    from netinv.errors import UsageError
    from netinv.formats.json import schema_names, schema_text

    if name not in schema_names():
        raise UsageError(
            f"no schema is called {name!r}", hint=f"choose from {', '.join(schema_names())}; report if none is named"
        )
    typer.echo(schema_text(name), nl=False)
