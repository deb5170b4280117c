"""An inventory that knows two devices, and a checker of the JSON that netinv promises."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from netinv.formats.json import schema_text
from netinv.inventory.devices import derive
from netinv.inventory.store import open_inventory
from netinv.model import Scan
from tests.classification.heard import NOON, heard

NAS = heard(
    ("mac", "00:11:32:01:02:03"), ("route.gateway", "eth0"), ("icmp.ttl", "64"), ("dns.ptr", "vault.lan"),
    *((f"tcp.{port}", "open") for port in (22, 80, 443, 445, 5000)),
)  # fmt: skip
SOME_COMPUTER = heard(("mac", "f8:bc:12:01:02:03"), ("tcp.22", "open"), ("icmp.ttl", "64"), address="10.0.0.6")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Knows a NAS, 10.0.0.5, and a computer of which more is not known, 10.0.0.6."""
    path = tmp_path / "inventory.db"
    scan = Scan(
        id="s1", started=NOON, finished=datetime(2026, 3, 14, 12, 1, tzinfo=UTC), interfaces=(), targets="10.0.0.0/24", asked=254,
        devices=(derive(NAS, now=NOON), derive(SOME_COMPUTER, now=NOON)),
    )  # fmt: skip
    with open_inventory(path) as inventory:
        inventory.record(scan)
    return path


@pytest.fixture
def promised() -> Callable[[str, str], Any]:
    """`promised(name, text)`: the text as JSON, once it was found to be what `netinv schema NAME` says."""

    def check(name: str, text: str) -> Any:
        document = json.loads(text)
        Draft202012Validator(json.loads(schema_text(name)), format_checker=Draft202012Validator.FORMAT_CHECKER).validate(document)
        return document

    return check
