"""`netinv schema` prints what `netinv/formats/schema.json` holds."""

import json

import pytest

from netinv.cli.schema import schema


def test_the_schema_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    schema()
    printed = json.loads(capsys.readouterr().out)
    assert printed["properties"]["schema"]["const"] == "netinv/1"
    assert "device" in printed["$defs"]
