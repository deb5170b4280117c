"""JSON: everything netinv knows, in a shape that is promised (`netinv/1`) and therefore written out here by hand."""

import json
import re
from pathlib import Path
from typing import TextIO

from netinv.formats.base import Format, Report, Style, evidence_in_order, in_order, stamp
from netinv.model import Annotations, Detail, Device, Evidence, Finding, Interface, Reason, Scan

SCHEMA = "netinv/1"
_SCHEMAS = Path(__file__).parent / "schemas"
_REFERENCE = re.compile(r'"#/\$defs/(\w+)"')

MANY = 256
"""Of so many devices each has one line: laying them out would take longer than asking for them."""

_encode = json.JSONEncoder(allow_nan=False).encode


def document(report: Report) -> dict[str, object]:
    """The whole report as JSON's types."""
    devices = in_order(report.devices)
    return {
        "schema": SCHEMA,
        "scan": report.scan and _scan(report.scan, found=len(devices)),
        "devices": [device_object(device) for device in devices],
    }


def device_object(device: Device) -> dict[str, object]:
    """One device as JSON's types: a member of `devices`, and a line of JSONL."""
    verdict = device.verdict
    return {
        "ip": device.ip,
        "mac": device.mac,
        "id": device.id,
        "name": device.name,
        "vendor": device.vendor,
        "category": verdict.category,
        "kind": verdict.kind,
        "model": verdict.model,
        "os": verdict.os,
        "firmware": verdict.firmware,
        "serial": verdict.serial,
        "confidence": round(verdict.confidence, 4),
        "because": [_reason(reason) for reason in verdict.because],
        "alternatives": [
            {
                "category": other.category,
                "kind": other.kind,
                "confidence": round(other.confidence, 4),
                "because": [_reason(reason) for reason in other.because],
            }
            for other in verdict.alternatives
        ],
        "details": [detail_object(detail) for detail in verdict.details],
        "addresses": list(device.addresses),
        "macs": list(device.macs),
        "names": [{"name": name, "source": source} for name, source in device.names],
        "rtt_ms": None if device.rtt_ms is None else round(device.rtt_ms, 3),
        "is_new": device.is_new,
        "presence": device.presence,
        "network": device.network,
        "sensor": device.sensor or None,
        "first_seen": stamp(device.first_seen),
        "last_seen": stamp(device.last_seen),
        "annotations": _annotations(device.annotations),
        "links": [link._asdict() for link in device.links],
        "evidence": [_evidence(fact) for fact in evidence_in_order(device.evidence)],
    }


def _annotations(said: Annotations) -> dict[str, object]:
    return {
        "name": said.name,
        "kind": said.kind,
        "owner": said.owner,
        "location": said.location,
        "notes": said.notes,
        "tags": list(said.tags),
        "trusted": said.trusted,
    }


def _reason(reason: Reason) -> dict[str, object]:
    return {"rule": reason.rule, "says": reason.says, "weight": round(reason.weight, 4), "evidence": list(reason.evidence)}


def detail_object(detail: Detail) -> dict[str, object]:
    """Who told a vendor, model, os, firmware or serial, as JSON's types."""
    return {
        "field": detail.field,
        "value": detail.value,
        "confidence": round(detail.confidence, 4),
        "sources": list(detail.sources),
        "evidence": list(detail.evidence),
    }


def _evidence(fact: Evidence) -> dict[str, object]:
    return {
        "id": fact.id,
        "address": fact.address,
        "key": fact.key,
        "value": fact.value,
        "probe": fact.probe,
        "seen": stamp(fact.seen),
    }


def _scan(scan: Scan, found: int) -> dict[str, object]:
    traffic = scan.traffic
    return {
        "id": scan.id,
        "sensor": scan.sensor,
        "started": stamp(scan.started),
        "finished": stamp(scan.finished),
        "duration_s": round((scan.finished - scan.started).total_seconds(), 3),
        "interfaces": [_interface(interface) for interface in scan.interfaces],
        "targets": scan.targets,
        "asked": scan.asked,
        "method": scan.method or None,
        "pace": scan.pace,
        "is_partial": scan.is_partial,
        "found": found,
        "traffic": {
            "frames": traffic.frames,
            "peak_pps": traffic.peak_pps,
            "mean_pps": round(traffic.mean_pps, 1),
            "replies": traffic.replies,
            "dropped": traffic.dropped,
        },
        "findings": [finding_object(finding) for finding in scan.findings],
        "problems": [{"source": p.source, "message": p.message, "hint": p.hint} for p in scan.problems],
    }


def finding_object(finding: Finding) -> dict[str, object]:
    """A finding as JSON's types."""
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "says": finding.says,
        "hint": finding.hint,
        "addresses": list(finding.addresses),
        "macs": list(finding.macs),
        "devices": list(finding.devices),
        "evidence": list(finding.evidence),
    }


def _interface(interface: Interface) -> dict[str, object]:
    return {
        "name": interface.name,
        "mac": interface.mac,
        "address": interface.address,
        "networks": [str(network) for network in interface.networks],
        "gateway": interface.gateway,
    }


def encode(value: object) -> str:
    """`value` as JSON on one line, in ASCII, that every parser takes."""
    text = _encode(value)
    # A lone surrogate can stand in a Python string (an argument that was not UTF-8) but not in Unicode: strict parsers refuse it.
    return _encode(_whole(value)) if "\\ud" in text else text


def _whole(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {key: _whole(item) for key, item in value.items()}
        case list():
            return [_whole(item) for item in value]
    return value


def _lay_out(value: object, margin: str = "") -> str:
    """What holds objects has a line for each member; all else is one line, as a fact and a reason are read and compared.

    So is each member of a list of many, which nobody reads from end to end.
    """
    inner = margin + "  "
    match value:
        case dict() if _holds_objects(value):
            lines = [f"{encode(key)}: {_lay_out(item, inner)}" for key, item in value.items()]
            opening, closing = "{", "}"
        case list() if _holds_objects(value):
            lines = [_lay_out(item, inner) if len(value) <= MANY else encode(item) for item in value]
            opening, closing = "[", "]"
        case _:
            return encode(value)
    return f"{opening}\n{inner}" + f",\n{inner}".join(lines) + f"\n{margin}{closing}"


def _holds_objects(value: object) -> bool:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(member, dict) or _holds_objects(member) for member in members)


def schema_names() -> tuple[str, ...]:
    """The documents that have a schema: the report that `write` writes first, then those of single commands."""
    names = sorted(path.stem for path in _SCHEMAS.glob("*.json"))
    return tuple(sorted(names, key=lambda name: name != "report"))


def schema_text(name: str = "report") -> str:
    """The JSON Schema (draft 2020-12) of a document, whole in itself; a line of JSONL is the report's `#/$defs/device`."""
    text = (_SCHEMAS / f"{name}.json").read_text("ascii")
    if name == "report":
        return text
    schema = json.loads(text)
    shared = {**json.loads(schema_text())["$defs"], **schema.get("$defs", {})}
    defined: dict[str, object] = {}
    schema["$defs"] = defined
    while wanted := set(_REFERENCE.findall(json.dumps(schema))) - defined.keys():
        defined.update({word: shared[word] for word in sorted(wanted)})
    return json.dumps(schema, indent=2) + "\n"


def write(report: Report, stream: TextIO, style: Style) -> None:
    """The document, laid out for reading."""
    stream.write(_lay_out(document(report)) + "\n")


FORMAT = Format("json", suffix=".json", summary="everything, with reasons and evidence; see `netinv schema`", write=write)
