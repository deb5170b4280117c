"""`netinv scan --record` and `netinv replay`: the same result twice, once from a network and once from a file."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from netinv.lab import Lan
from netinv.lab.memory import MemoryNetwork

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("options", "name"), [((), "lan.jsonl"), (("--no-save", "--listen", "2"), "lan.jsonl.gz")])
def test_a_recorded_scan_is_replayed_to_the_byte_without_a_packet(
    lan: Lan, netinv: Any, options: tuple[str, ...], name: str
) -> None:
    done = netinv("scan", "--json", "--record", name, *options)
    assert done.returncode == 0, done.stderr
    assert (netinv.home / name).stat().st_mode & 0o777 == 0o600
    sent = lan.counters().frames
    again = netinv("replay", name, "--json", privileged=False)
    assert again.returncode == 0, again.stderr
    assert again.stdout == done.stdout
    assert lan.counters().frames == sent
    assert len(json.loads(done.stdout)["devices"]) > 20


def test_a_scan_that_was_killed_is_replayed_as_far_as_it_came(lan: Lan, netinv: Any) -> None:
    path: Path = netinv.home / "lan.jsonl.gz"
    process = netinv.start("scan", "-q", "--record", path.name)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not (path.exists() and path.stat().st_size > 3000):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = netinv("replay", path.name, "--json")
    assert done.returncode == 3, done.stderr
    report = json.loads(done.stdout)
    assert report["scan"]["is_partial"]


def from_memory(*words: str) -> int:
    from netinv.cli.app import run

    return run(words, network=MemoryNetwork())


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NETINV_STORE", str(tmp_path / "i.db"))
    return tmp_path


def test_a_replay_leaves_the_inventory_alone_unless_told_otherwise(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert from_memory("scan", "-q", "--no-save", "--record", "t.jsonl") == 0
    assert from_memory("replay", "t.jsonl", "-q") == 0
    assert not (at / "i.db").exists()
    assert from_memory("replay", "t.jsonl", "-q", "--save") == 0
    capsys.readouterr()
    assert from_memory("list", "--jsonl") == 0
    assert len(capsys.readouterr().out.splitlines()) > 20


def test_a_recording_may_be_anonymous_from_the_start_or_made_so(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert from_memory("scan", "-q", "--json", "--no-save", "--record", "masked.jsonl", "--anonymise") == 0
    shown = json.loads(capsys.readouterr().out)
    assert from_memory("scan", "-q", "--no-save", "--record", "plain.jsonl") == 0
    assert from_memory("replay", "-q", "plain.jsonl", "--anonymise", "--record", "later.jsonl") == 0
    macs = [mac for device in shown["devices"] for mac in device["macs"]]
    plain, *masked = ((at / name).read_text("utf-8") for name in ("plain.jsonl", "masked.jsonl", "later.jsonl"))
    assert all(mac in plain for mac in macs)
    assert not any(mac in text for text in masked for mac in macs)
    assert "annas-macbook" not in masked[0] + masked[1]


def test_what_is_printed_of_a_recording_that_is_masked_is_masked_too(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert from_memory("scan", "-q", "--json", "--no-save", "--record", "plain.jsonl") == 0
    shown = json.loads(capsys.readouterr().out)
    assert from_memory("replay", "plain.jsonl", "--anonymise", "--record", "later.jsonl", "--json") == 0
    printed = capsys.readouterr()
    macs = [mac for device in shown["devices"] for mac in device["macs"]]
    assert not [word for word in (*macs, "annas", "Anna") if word in printed.out + printed.err]
    said, masked = ([(d["ip"], d["kind"], d["confidence"]) for d in r["devices"]] for r in (shown, json.loads(printed.out)))
    assert sorted(masked) == sorted(said)


def test_that_a_scan_prints_what_its_recording_masks_is_said(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert from_memory("scan", "--no-save", "--record", "masked.jsonl", "--anonymise") == 0
    assert "only the recording is masked" in capsys.readouterr().err


def test_what_cannot_be_replayed_or_recorded_is_said(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert from_memory("replay", "none.jsonl") == 1
    assert "cannot read 'none.jsonl'" in capsys.readouterr().err
    (at / "wrong").write_text("{}\n")
    assert from_memory("replay", "wrong") == 1
    assert "wrong, line 1" in capsys.readouterr().err
    assert from_memory("scan", "--record", "none/t.jsonl") == 1
    assert "cannot write" in capsys.readouterr().err
    assert from_memory("scan", "--anonymise") == 2
    assert "--record" in capsys.readouterr().err


def test_what_cannot_be_anonymous_is_refused_before_anything_is_asked(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from netinv.cli.app import run

    network = MemoryNetwork()
    words = ["scan", "93.184.216.34", "--public", "--record", "t", "--anonymise", "--no-save"]
    assert run(words, network=network) == 1
    assert "public addresses" in capsys.readouterr().err
    assert not (at / "t").exists()
    assert not network.questions
