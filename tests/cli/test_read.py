"""`netinv read`: a capture file is shown as a scan is."""

import gzip
import json
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from netinv.cli.app import run
from netinv.lab import Lan
from netinv.model import Device
from netinv.reading import read_capture
from tests.net.capturing import disturbed, pcap
from tests.test_reading import SOME
from tests.wiretap import Wiretap


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


def piped(data: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "netinv", "read", "-", *words], input=data, capture_output=True, check=False)


def test_a_capture_may_come_on_standard_input_and_nothing_of_it_stays(
    capture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setenv("TMPDIR", str(spool))
    for packed in (Path(capture).read_bytes(), gzip.compress(Path(capture).read_bytes())):
        done = piped(packed, "--json")
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert [d["ip"] for d in report["devices"]] == ["10.0.0.1", "10.0.0.5", "10.0.0.7"]
    for wrong in (b"", b"hello"):
        done = piped(wrong)
        assert done.returncode == 1
        assert b"cannot read 'standard input': it does not begin as pcap" in done.stderr
    assert not list(spool.iterdir())


def test_what_is_no_capture_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text").write_text("hello")
    assert run(["read", str(tmp_path / "text")]) == 1
    assert "does not begin as pcap" in capsys.readouterr().err


def shown(device: Device) -> tuple[Any, ...]:
    """All but the times."""
    told = device.verdict
    facts = frozenset((e.address, e.key, e.value) for e in device.evidence)
    return device.addresses, device.macs, device.name, told.kind, told.model, told.firmware, told.serial, told.confidence, facts


def test_a_scan_that_was_captured_is_read_as_what_it_found(lan: Lan, netinv: Any, tmp_path: Path) -> None:
    frames: list[tuple[float, bytes]] = []
    is_over = threading.Event()
    with Wiretap(lan.interface, hears=True) as wire:

        def collect() -> None:
            while not is_over.wait(0.002):
                frames.extend((time.time(), frame) for frame in wire.passed())

        collector = threading.Thread(target=collect)
        collector.start()
        try:
            done = lan.run(netinv.command("scan", "--json", "-q"), env=netinv.environment())
        finally:
            is_over.set()
            collector.join()
        frames += ((time.time(), frame) for frame in wire.passed())
        assert not wire.lost()
    assert done.returncode == 0, done.stderr
    scanned = {d["ip"]: d for d in json.loads(done.stdout)["devices"] if d["ip"] != lan.address}
    found = read_capture(pcap(tmp_path / "lan.pcap", frames)).devices
    again = read_capture(pcap(tmp_path / "mixed.pcap", disturbed(frames, random.Random(7)))).devices
    assert [shown(d) for d in again] == [shown(d) for d in found], "in whatever order and pieces it came"
    read = {d.ip: d for d in found if d.ip != lan.address}
    assert {*read} == {*scanned}
    names = {ip: d["name"] for ip, d in scanned.items() if d["name"]}
    kinds = {ip: d["kind"] for ip, d in scanned.items() if d["kind"] != "unknown"}
    assert min(len(names), len(kinds)) > 15
    assert sum(read[ip].name == name for ip, name in names.items()) >= 0.9 * len(names)
    assert sum(read[ip].verdict.kind == kind for ip, kind in kinds.items()) >= 0.9 * len(kinds)
