"""The calibration in use, and the command that fits and measures it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netinv.classification import knowledge
from netinv.classification.calibration import Calibration, calibration
from netinv.classification.document import evidence_of
from netinv.classification.rules import load_rules
from netinv.classification.verdict import classify, judge
from netinv.classification.vocabulary import STRENGTHS
from netinv.model import Verdict
from tests.calibration.__main__ import main
from tests.calibration.cases import Case, read_cases
from tests.calibration.figures import figures
from tests.calibration.fitting import fit
from tests.calibration.probes import half, observations


def entry(number: int, text: str, kind: str, **fields: object) -> dict[str, object]:
    return {
        "id": f"c{number}",
        "grade": "A",
        "family": f"f{number % 10}",
        "kinds": ["snmp"],
        "source": {"repo": "own"},
        "evidence": {"snmp": {"sysDescr": text}},
        "label": {"class": kind, "accept": [kind], "coarse": "other", "coarse_accept": ["other"]},
        **fields,
    }


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Sixty cases, a third of them labelled wrongly."""
    texts = {"switch": "ProCurve J4900B", "ups": "APC Web/SNMP Management Card", "camera": "AXIS 241Q Video Server"}
    entries = [entry(n, text, kind if n % 3 else "nas") for n, (kind, text) in enumerate([*texts.items()] * 20)]
    generic = {"class": "undetermined", "accept": ["unknown"], "coarse": "other", "coarse_accept": ["unknown"]}
    entries.append(entry(60, "OpenSSH", "undetermined", label=generic))
    path = tmp_path / "labelled.jsonl"
    path.write_text("\n".join(map(json.dumps, entries)))
    return path


def test_confidence_grows_with_the_share_and_keeps_below_certainty() -> None:
    for strength in STRENGTHS:
        steps = [calibration().confidence(share / 100, strength) for share in range(101)]
        assert steps == sorted(steps)
        assert 0 <= steps[0] < steps[-1] < 1


def test_makers_and_names_are_never_trusted_more_than_what_devices_say() -> None:
    scale = calibration().scale
    assert set(scale) == {*STRENGTHS} - {"fact"}
    assert scale["maker"] <= 1 <= scale["self"]
    assert scale["name"] <= 1


def test_a_source_that_is_wrong_a_third_of_the_time_makes_verdicts_less_sure(labelled: Path) -> None:
    cases = read_cases(labelled)
    said = [judge(case.heard, load_rules(), fit(cases)).confidence for case in cases if case.label == "ups"]
    assert max(said) < 0.85
    assert Calibration({}).confidence(0.99, "self") > 0.98


def judged(case: Case, kind: str, confidence: float) -> tuple[Case, Verdict]:
    return case, Verdict("unknown" if kind == "unknown" else "other", kind, confidence=confidence)


def test_the_figures_are_what_they_say(labelled: Path) -> None:
    cases = [case for case in read_cases(labelled) if case.label == "ups"][:4]
    (generic,) = [case for case in read_cases(labelled) if not case.is_determined]
    pairs = [
        judged(cases[0], "ups", 0.95),
        judged(cases[1], "nas", 0.95),
        judged(cases[2], "ups", 0.55),
        judged(cases[3], "unknown", 0),
    ]
    found = figures(pairs, [judged(generic, "server", 0.9)])
    assert (found.cases, found.coverage, found.precision) == (4, 0.75, pytest.approx(2 / 3))
    assert (found.over_claim, found.wrong_when_sure, found.balanced_category) == (1.0, 0.5, 0.75)
    assert found.calibration_error == pytest.approx((0.9 + 0.45) / 3)
    assert found.macro_f1 == 0.0  # no kind has ten cases


def test_the_command_prints_figures_and_touches_nothing(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (knowledge.DATA / "calibration.toml").read_bytes()
    main([str(labelled), "--folds", "2"])
    printed = capsys.readouterr().out
    assert printed.count("coverage") == 3
    assert "LAN evidence (mdns, ssdp, dhcp, mac)" in printed
    assert (knowledge.DATA / "calibration.toml").read_bytes() == before


def test_observations_to_fit_to_besides_are_not_judged(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(labelled), "--folds", "2", "--also", str(labelled)])
    assert "cases                            60\n" in capsys.readouterr().out


def test_nothing_is_called_sure_below_the_bar() -> None:
    trust = Calibration({}, sure_from=0.97)
    said = [trust.confidence(share / 1000, "self") for share in range(1000)]
    assert said == sorted(set(said))
    assert max(confidence for share, confidence in enumerate(said) if share < 970) < 0.9 <= said[970]


def test_every_family_is_of_one_half(labelled: Path) -> None:
    halves = {case.family: case.half() for case in read_cases(labelled)}
    assert set(halves.values()) == {"a", "b"}


PROBES = r"""
match ftp m|^220 (\w+) FTP print server (\d+) ready\.\r\n| p/Acme $1 ftpd/ d/print server/
match http m|^HTTP/1\.0 200 OK\r\nServer: Acme-Cam/[\d.]+\r\n.*<title>Network Camera</title>|s p/Acme httpd/ d/webcam/
match ftp m|^220 plain FTP server ready| p/Plain ftpd/
match ssh m|^SSH-2\.0-(?>broken| p/Broken/ d/switch/
"""


def test_nmaps_probes_become_observations() -> None:
    printer, camera = observations(PROBES.splitlines())
    assert printer["evidence"] == {"ftp": "a FTP print server 2 ready."}
    assert camera["evidence"] == {"http": [{"server": "Acme-Cam/2", "title": "Network Camera"}]}
    assert [found["label"]["class"] for found in (printer, camera)] == ["printer", "camera"]
    assert half(printer) == half(camera)  # of one maker


HOME = [
    {"mdns": [{"type": "_googlecast._tcp", "txt": {"md": "Chromecast Ultra"}}]},
    {"mdns": [{"type": "_ipp._tcp", "name": "EPSON ET-2850", "txt": {"ty": "EPSON ET-2850 Series"}}], "ssh": "SSH-2.0-x"},
    {"ssdp": [{"st": "urn:schemas-upnp-org:device:InternetGatewayDevice:1", "server": "FRITZ!Box"}], "mac": "3c:a6:2f:01:02:03"},
    {"dhcp": {"hostname": "Annas-iPhone", "param_list": [1, 121, 3, 6, 15, 119, 252]}},
    {"snmp": {"sysDescr": "Cisco IOS Software, C2960X", "sysObjectID": "1.3.6.1.4.1.9.1.1208"}, "http": [{"title": "Login"}]},
    {"sip": {"user_agent": "Yealink SIP-T46G"}, "dhcp": {"vendor_class": "yealink"}, "mac": "00:15:65:01:02:03"},
    {"tls": {"subject": "CN=FGT60F,O=Fortinet"}, "ssh": ["SSH-2.0-OpenSSH_9.2", "SSH-2.0-x"]},
]  # fmt: skip


@given(st.lists(st.sampled_from(HOME), min_size=1, max_size=3, unique_by=id))
@settings(max_examples=60, deadline=None)
def test_without_the_evidence_a_reason_cites_the_verdict_is_weaker_or_another(documents: list[dict[str, object]]) -> None:
    evidence = [fact for document in documents for fact in evidence_of(document)]
    verdict = classify(evidence)
    assert verdict.because or len(documents) > 1  # devices mixed up may cancel each other out
    for reason in verdict.because:
        without = classify(fact for fact in evidence if fact.id not in reason.evidence)
        same = (without.kind, without.category) == (verdict.kind, verdict.category)
        assert not same or without.confidence < verdict.confidence
