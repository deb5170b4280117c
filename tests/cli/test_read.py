"""`netinv read`: a capture file is shown as a scan is."""

import json
from pathlib import Path

import pytest

from netinv.cli.app import run
from tests.net.capturing import pcap
from tests.test_reading import SOME


@pytest.fixture
def capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("NETINV_STORE", str(tmp_path / "i.db"))
    return str(pcap(tmp_path / "lan.pcap", SOME))


def test_the_devices_are_listed_and_the_inventory_stays_as_it_is(
    capture: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["read", capture]) == 0
    said = capsys.readouterr()
    assert "10.0.0.5" in said.out
    assert "sent nothing" in said.out
    assert not (tmp_path / "i.db").exists()


def test_every_format_and_the_inventory_take_it(capture: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", capture, "--json", "-q", "--save"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [d["ip"] for d in report["devices"]] == ["10.0.0.1", "10.0.0.5", "10.0.0.7"]
    assert report["scan"]["started"].startswith("2026-02-25T")
    assert run(["list", "--jsonl"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert run(["read", capture, "-q", "-o", str(tmp_path / "lan.html")]) == 0
    assert "10.0.0.7" in (tmp_path / "lan.html").read_text("utf-8")


def test_what_is_no_capture_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text").write_text("hello")
    assert run(["read", str(tmp_path / "text")]) == 1
    assert "does not begin as pcap" in capsys.readouterr().err
