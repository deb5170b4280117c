"""`netinv schema`: what the JSON means, for people and for validators."""

import typer


def schema() -> None:
    """Print the JSON Schema of --json; a line of --jsonl is its '#/$defs/device'.

    Example: netinv scan --json > lan.json; netinv schema > netinv.json; check-jsonschema --schemafile netinv.json lan.json
    """
    from netinv.formats.json import schema_text

    typer.echo(schema_text(), nl=False)
