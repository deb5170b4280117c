"""Events: what each says and why, and that its JSON keeps the promised shape."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from netinv.formats.json import encode, schema_text
from netinv.model import MAC, Change, Finding
from netinv.watch.commands import variables
from netinv.watch.events import KINDS, Event, document, of_changes, of_findings
from tests.formats.reports import NOON, device
from tests.formats.test_json import _closed

_VALIDATOR = Draft202012Validator(_closed(json.loads(schema_text("event"))), format_checker=Draft202012Validator.FORMAT_CHECKER)
BOX = device()
CONFLICT = Finding("address_conflict", "2 devices answer", (BOX.ip or "",), BOX.macs, ("nobody",), ("0123abcd",), hint="mend it")


def change(field: str, before: str | None, after: str | None) -> Change:
    return Change(NOON, BOX.id, field, before, after)


EVENTS = {
    "new": Event("new", NOON, BOX, (change("device", None, "box"),)),
    "back": Event("back", NOON, BOX, (change("presence", "gone", "here"), change("name", "old", "box"))),
    "gone": Event("gone", NOON, replace(BOX, presence="gone", evidence=()), (change("presence", "here", "gone"),)),
    "changed": Event("changed", NOON, BOX, (change("addresses", "10.0.0.1", BOX.ip), change("ports", "22", "22, 80"))),
    "conflict": next(of_findings([CONFLICT], NOON, [BOX])),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_has_the_promised_shape(kind: str) -> None:
    told = json.loads(encode(document(EVENTS[kind])))
    _VALIDATOR.validate(told)
    assert told["event"] == f"device.{kind}"
    assert told["says"].startswith(f"{kind}: ")


def test_a_conflict_of_devices_nobody_knows_is_told_as_well() -> None:
    (event,) = of_findings([replace(CONFLICT, macs=(MAC("02:00:00:00:00:fe"),))], NOON, [BOX])
    assert event.device is None
    _VALIDATOR.validate(json.loads(encode(document(event))))


def test_the_devices_of_a_conflict_are_those_known_by_its_macs() -> None:
    assert EVENTS["conflict"].device == BOX
    assert EVENTS["conflict"].finding
    assert EVENTS["conflict"].finding.devices == (BOX.id,)


def test_there_is_one_event_for_each_device_and_its_presence_comes_first() -> None:
    later = NOON + timedelta(seconds=1)
    told = [change("name", "a", "b"), change("presence", "gone", "here"), Change(later, "other", "device", None, "x")]
    events = list(of_changes(told, {BOX.id: BOX}))
    assert [(e.kind, e.device) for e in events] == [("back", BOX), ("new", None)]
    assert len(events[0].changes) == 2


def test_what_changed_is_said_in_words() -> None:
    assert EVENTS["changed"].says.endswith(f"address 10.0.0.1 -> {BOX.ip}; port 80 opened")
    assert EVENTS["new"].why == (KINDS["new"], "heard by arp", "somebody said so")


def test_no_name_of_a_device_can_look_like_an_option_or_break_the_environment() -> None:
    odd = replace(EVENTS["new"], device=replace(BOX, name="--help\0; rm -rf /"))
    assert odd.says.startswith("new: ")
    assert all("\0" not in value for value in variables(odd).values())
    assert variables(odd)["NETINV_EVENT_NAME"] == "--help; rm -rf /"
