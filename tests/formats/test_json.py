"""JSON: the promised shape, and that every output keeps it."""

import io
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from netinv.formats import Report, Style, formats
from netinv.formats.json import device_object, document, encode, schema_names, schema_text
from netinv.model import Alternative, Verdict
from tests.formats.reports import NOON, SLEEPY, device, household, reports, scan


def _written(report: Report) -> str:
    stream = io.StringIO()
    formats()["json"].write(report, stream, Style())
    return stream.getvalue()


def _closed(schema: Any) -> Any:
    """The schema with every object closed: consumers must bear new keys, netinv must not add one unawares."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if "required" in schema:
        assert set(schema["required"]) == set(schema["properties"])
        closed["additionalProperties"] = False
    return closed


_SCHEMA = _closed(json.loads(schema_text()))
_VALIDATOR = Draft202012Validator(_SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
_LINE = Draft202012Validator({"$ref": "urn:netinv:1#/$defs/device", "$defs": {"whole": _SCHEMA}})


@pytest.mark.parametrize("name", schema_names())
def test_every_schema_is_a_schema_and_whole_in_itself(name: str) -> None:
    schema = json.loads(schema_text(name))
    Draft202012Validator.check_schema(schema)
    _closed(schema)
    references = set(re.findall(r'"\$ref": "([^"]*)"', schema_text(name)))
    assert references <= {f"#/$defs/{word}" for word in schema.get("$defs", {})}


@settings(max_examples=50)
@given(reports)
def test_every_json_output_is_what_the_schema_promises(report: Report) -> None:
    text = _written(report)
    assert text.isascii()
    assert text.endswith("\n")
    assert json.loads(text) == json.loads(encode(document(report)))
    _VALIDATOR.validate(json.loads(text))


@settings(max_examples=50)
@given(reports)
def test_every_line_of_jsonl_is_a_device_of_the_schema(report: Report) -> None:
    stream = io.StringIO()
    formats()["jsonl"].write(report, stream, Style())
    lines = stream.getvalue().split("\n")
    assert lines.pop() == ""
    for line in lines:
        _LINE.validate(json.loads(line))
    assert [json.loads(line) for line in lines] == json.loads(_written(report))["devices"]


def test_the_schema_notices_what_is_wrong() -> None:
    good = document(household())
    assert _VALIDATOR.is_valid(good)
    for spoil in (
        {"ip": 7},
        {"mac": "AA:BB:CC:DD:EE:FF"},
        {"category": "toaster"},
        {"confidence": 1.1},
        {"first_seen": "yesterday"},
    ):
        assert not _VALIDATOR.is_valid({**good, "devices": [device_object(device()) | spoil]})
    assert not _LINE.is_valid({"ip": "10.0.0.1"})
    assert not _LINE.is_valid(device_object(device()) | {"extra": 1})


def test_a_device_has_the_promised_shape() -> None:
    one = device(host=10, verdict=_verdict())
    assert document(Report([one], None)) == {
        "schema": "netinv/1",
        "scan": None,
        "devices": [
            {
                "ip": "192.168.178.10",
                "mac": "02:00:00:00:00:0a",
                "id": "d00000a",
                "name": "box",
                "vendor": "Acme",
                "category": "computer",
                "kind": "server",
                "model": None,
                "os": "Linux",
                "firmware": None,
                "serial": None,
                "confidence": 0.9,
                "because": [
                    {"rule": "test.reason", "says": "somebody said so", "weight": 2.0, "evidence": [one.evidence[0].id]},
                ],
                "alternatives": [{"category": "other", "kind": "nas", "confidence": 0.05, "because": []}],
                "details": [],
                "addresses": ["192.168.178.10"],
                "macs": ["02:00:00:00:00:0a"],
                "names": [{"name": "box", "source": "dns.ptr"}],
                "rtt_ms": 0.412,
                "is_new": False,
                "presence": "here",
                "network": "",
                "sensor": None,
                "first_seen": "2026-02-02T12:00:00.000Z",
                "last_seen": "2026-03-14T12:00:00.000Z",
                "annotations": {
                    "name": None,
                    "kind": None,
                    "owner": None,
                    "location": None,
                    "notes": None,
                    "tags": [],
                    "trusted": None,
                },
                "links": [],
                "evidence": [
                    {
                        "id": one.evidence[0].id,
                        "address": "192.168.178.10",
                        "key": "mac",
                        "value": "02:00:00:00:00:0a",
                        "probe": "arp",
                        "seen": "2026-03-14T12:00:00.000Z",
                    }
                ],
            }
        ],
    }


def test_a_scan_has_the_promised_shape() -> None:
    report = household()
    assert document(Report(report.devices, scan(findings=(SLEEPY,))))["scan"] == {
        "id": "s4f1c20a9",
        "sensor": "local",
        "started": "2026-03-14T12:00:00.000Z",
        "finished": "2026-03-14T12:00:03.940Z",
        "duration_s": 3.94,
        "interfaces": [
            {
                "name": "eth0",
                "mac": "7c:b2:7d:90:3e:6b",
                "address": "192.168.178.24",
                "networks": ["192.168.178.0/24"],
                "gateway": "192.168.178.1",
            }
        ],
        "targets": "192.168.178.0/24",
        "asked": 254,
        "method": "arp",
        "is_partial": False,
        "found": 20,
        "pace": "default",
        "traffic": {"frames": 640, "peak_pps": 300, "mean_pps": 162.4, "replies": 21, "dropped": 0},
        "findings": [
            {
                "kind": "sleepy",
                "severity": "info",
                "says": "one address answered only when asked again",
                "hint": "nothing need be done",
                "addresses": ["192.168.178.31"],
                "macs": ["f2:4a:90:0c:3e:77"],
                "devices": ["d00001f"],
                "evidence": ["0123abcd"],
            }
        ],
        "problems": [{"source": "dns", "message": "the resolver 192.168.178.1 refuses", "hint": "name another with --resolver"}],
    }


def test_what_is_absent_is_null() -> None:
    bare = device(addresses=(), macs=(), name=None, names=(), vendor=None, verdict=Verdict(), evidence=(), rtt_ms=None)
    written = json.loads(_written(Report([bare], scan(method=""))))
    assert {key for key, value in written["devices"][0].items() if value is None} == {
        "ip", "mac", "name", "vendor", "model", "os", "firmware", "serial", "rtt_ms", "sensor",
    }  # fmt: skip
    assert written["scan"]["method"] is None


def test_devices_are_in_the_order_of_their_addresses_as_numbers() -> None:
    places = ["10.0.0.10", "fe80::2%eth0", "10.0.0.9", "9.255.0.1", "fd00::1", "10.0.1.0"]
    found = document(Report([device(addresses=(place,)) for place in places] + [device(addresses=())]))["devices"]
    assert isinstance(found, list)
    assert [d["ip"] for d in found] == ["9.255.0.1", "10.0.0.9", "10.0.0.10", "10.0.1.0", "fd00::1", "fe80::2%eth0", None]


def test_times_are_utc_whatever_zone_they_were_in() -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    at = datetime(2026, 1, 2, 1, 0, 0, 123999, tzinfo=there)
    assert device_object(device(last_seen=at))["last_seen"] == "2026-01-01T19:30:00.123Z"
    assert device_object(device(last_seen=NOON.astimezone(UTC)))["last_seen"] == "2026-03-14T12:00:00.000Z"


def test_a_fact_is_a_line() -> None:
    lines = _written(household()).splitlines()
    assert sum('"key": "mac"' in line and line.lstrip().startswith('{"id"') for line in lines) == 20


def test_a_lone_surrogate_does_not_reach_strict_parsers() -> None:
    assert encode({"a": ["\ud800x", "\U0001f600"]}) == '{"a": ["\\ufffdx", "\\ud83d\\ude00"]}'


def test_no_number_is_written_that_json_lacks() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode(float("nan"))


def _verdict() -> Verdict:
    plain = device(host=10).verdict
    return Verdict(
        plain.category, plain.kind, plain.vendor, None, plain.os, 0.9, plain.because, (Alternative("other", "nas", 0.05),)
    )
