"""The targets for Prometheus, checked by its schema and by promtool."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from jsonschema import validate  # type: ignore[import-untyped]

from netinv.formats import Report
from netinv.model import Evidence
from tests.formats.reports import NOON, device, household, reports
from tests.formats.written import attackers, attacking, program, written

# As Prometheus documents <file_sd_config> and the names of labels.
_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["targets", "labels"],
        "additionalProperties": False,
        "properties": {
            "targets": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": r"^[^/\s]+$"}},
            "labels": {
                "type": "object",
                "propertyNames": {"pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"},
                "additionalProperties": {"type": "string"},
            },
        },
    },
}


def test_a_device_is_a_target_with_labels() -> None:
    facts = tuple(Evidence("192.168.178.10", f"tcp.{port}", "open", "tcp", NOON) for port in (443, 22))
    (group,) = json.loads(written("prometheus", Report([device(10, name="Nas", evidence=facts)])))
    assert group["targets"] == ["192.168.178.10"]
    assert group["labels"] == {
        "device": "nas", "category": "computer", "kind": "server", "__meta_netinv_id": "d00000a",
        "__meta_netinv_mac": "02:00:00:00:00:0a", "__meta_netinv_name": "Nas", "__meta_netinv_vendor": "Acme",
        "__meta_netinv_os": "Linux", "__meta_netinv_open_ports": ",22,443,",
    }  # fmt: skip


def test_an_ipv6_address_is_in_brackets() -> None:
    (group,) = json.loads(written("prometheus", Report([device(10, addresses=("2001:db8::1",))])))
    assert group["targets"] == ["[2001:db8::1]"]


@given(reports | attacking)
def test_whatever_devices_say_it_is_what_prometheus_documents(report: Report) -> None:
    groups = json.loads(written("prometheus", report))
    validate(groups, _SCHEMA)
    assert all(re.fullmatch(r"[a-z0-9-]+", group["labels"]["device"]) for group in groups)


@pytest.mark.parametrize("report", [household(), attackers(), Report(())], ids=["household", "attackers", "nobody"])
def test_promtool_takes_it(report: Report, tmp_path: Path) -> None:
    (tmp_path / "lan.json").write_text(written("prometheus", report), "utf-8")
    config = tmp_path / "prometheus.yml"
    config.write_text("scrape_configs:\n  - job_name: lan\n    file_sd_configs:\n      - files: [lan.json]\n", "utf-8")
    done = subprocess.run([program("promtool"), "check", "config", config], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout
