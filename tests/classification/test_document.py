"""Evidence documents from anywhere, hostile ones too."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from netinv.classification import classify
from netinv.classification.document import evidence_of
from netinv.classification.vocabulary import key
from netinv.formats.json import schema_text

FULL = {
    "mac": "00:11:32:01:02:03",
    "dhcp": {"hostname": "vault", "vendor_class": "udhcp 1.16.1", "param_list": [1, 3, 6, 12, 15, 28, 42]},
    "mdns": [{"type": "_smb._tcp.local.", "name": "Vault", "hostname": "vault.local", "txt": {"model": "Xserve", "flag": None}},
             {"type": None, "txt": {"md": "Chromecast"}}],
    "ssdp": [{"st": "upnp:rootdevice", "server": "Linux", "description": {"manufacturer": "Synology", "modelName": "DS920+"}}],
    "snmp": {"sysDescr": "Linux vault 4.4\r\nx86_64", "sysObjectID": "1.3.6.1.4.1.6574.1", "sysName": "vault"},
    "http": [{"port": 80, "title": "Vault - Synology", "headers": {"WWW-Authenticate": 'Basic realm="DSM"', "X-A": "b"}}],
    "ssh": "SSH-2.0-OpenSSH_8.2",
    "ftp": ["220 ready"],
    "telnet": "\x1b[2Jlogin:",
    "sip": {"server": "x"},
    "smb": {"native_os": "Windows 6.1", "native_lm": "Samba 4"},
    "tls": {"subject": "CN=synology,O=Synology Inc."},
    "facts": [{"key": "tcp.5000", "value": "open"}],
}  # fmt: skip


def pairs(document: Any) -> set[tuple[str, str]]:
    return {(fact.key, fact.value) for fact in evidence_of(document)}


def test_every_part_becomes_evidence_of_the_vocabulary() -> None:
    found = pairs(FULL)
    assert all(key(name) for name, _ in found)
    assert {
        ("mac", "00:11:32:01:02:03"),
        ("dhcp.options", "1,3,6,12,15,28,42"),
        ("mdns.service", "_smb._tcp"),
        ("mdns.instance", "Vault._smb._tcp"),
        ("mdns.hostname", "vault.local"),
        ("mdns.txt", "_smb._tcp model=Xserve"),
        ("mdns.txt", "_smb._tcp flag"),
        ("mdns.txt", "md=Chromecast"),
        ("upnp.model", "DS920+"),
        ("snmp.sysdescr", "Linux vault 4.4 x86_64"),
        ("http.realm", "DSM"),
        ("http.header", "x-a: b"),
        ("telnet.banner", "[2Jlogin:"),
        ("smb.lanman", "Samba 4"),
        ("tcp.5000", "open"),
    } <= found


def test_such_a_document_is_what_the_schema_says_and_a_nas() -> None:
    Draft202012Validator(json.loads(schema_text("evidence"))).validate({"id": "x", "evidence": FULL})
    assert classify(evidence_of(FULL)).kind == "nas"


@pytest.mark.parametrize("document", [None, [], "x", 3, True])
def test_what_is_no_object_is_refused(document: Any) -> None:
    with pytest.raises(ValueError, match="no object"):
        evidence_of(document)


@pytest.mark.parametrize(
    "evidence",
    [
        {"mac": {}}, {"mac": [None, [], {}]}, {"mdns": "x"}, {"mdns": [3, {"txt": []}, {"type": {}}]},
        {"ssdp": [{"description": 3}]},
        {"dhcp": []}, {"dhcp": {"param_list": "x"}}, {"dhcp": {"param_list": [{}, None]}}, {"http": [{"headers": [1]}]},
        {"http": {"headers": {"a": {}}}}, {"snmp": [[]]}, {"facts": [{"key": [], "value": 1}, {"key": "x"}]}, {"unheard-of": 3},
        {"ssh": True}, {"tls": {"subject": ["CN=x", 3.5, {}]}},
    ],
)  # fmt: skip
def test_a_part_of_another_shape_is_passed_over(evidence: dict[str, Any]) -> None:
    evidence_of(evidence)


def test_floods_are_cut_off() -> None:
    assert len(evidence_of({"ssh": [f"SSH-2.0-{n}" for n in range(10_000)]})) <= 256
    assert all(len(fact.value) <= 512 for fact in evidence_of({"telnet": "x" * 10_000_000}))
    assert len(evidence_of({"mdns": [{"type": "_a._tcp", "txt": {str(n): "x" for n in range(10_000)}}]})) <= 256


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
parts = st.sampled_from([*FULL, "smtp", "rtsp", "ntp", "pjl", "x"])
fields = st.sampled_from(["type", "name", "txt", "headers", "description", "param_list", "server", "title", "key", "value"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(parts, anything | st.lists(st.dictionaries(fields, anything, max_size=4), max_size=3), max_size=6))
def test_no_document_breaks_the_reader_or_the_classifier(document: dict[str, Any]) -> None:
    evidence = evidence_of(document)
    assert len(evidence) <= 256
    assert all(len(fact.value) <= 512 and fact.value.isprintable() for fact in evidence)
    classify(evidence)
