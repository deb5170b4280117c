"""`netinv schema` prints what `netinv/formats/schemas` holds."""

import json

import pytest

from netinv.cli.schema import schema
from netinv.errors import UsageError
from netinv.formats.json import schema_names


def test_the_schema_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    schema()
    printed = json.loads(capsys.readouterr().out)
    assert printed["properties"]["schema"]["const"] == "netinv/1"
    assert "device" in printed["$defs"]


@pytest.mark.parametrize("name", [name for name in schema_names() if name != "report"])
def test_every_other_document_has_a_schema_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    schema(name)
    printed = json.loads(capsys.readouterr().out)
    assert printed["properties"]["schema"]["const"] == printed["title"] == f"netinv-{name}/1"


def test_a_schema_nobody_has_is_a_wrong_use() -> None:
    with pytest.raises(UsageError) as error:
        schema("nonsense")
    assert error.value.hint == f"choose from {', '.join(schema_names())}; report if none is named"
