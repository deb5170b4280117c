"""netinv classify, as a user meets it."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from netinv.classification.kinds import kinds
from netinv.cli.app import run

PRINTER = {"id": "p", "evidence": {"snmp": {"sysDescr": "Brother NC-8300h, Firmware Ver.1.13"}}}
NOTHING = {"id": 7, "evidence": {"http": [{"server": "Apache"}]}}


@pytest.fixture
def observations(tmp_path: Path) -> Path:
    path = tmp_path / "observations.jsonl"
    path.write_text(f"{json.dumps(PRINTER)}\n\n{json.dumps(NOTHING)}\n")
    return path


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_line_gets_a_verdict(observations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["classify", str(observations)]) == 0
    printer, nothing = lines(capsys.readouterr().out)
    assert set(printer) == {"id", "class", "coarse", "confidence", "because", "vendor", "model", "firmware"}
    assert (printer["vendor"], printer["firmware"]) == ("Brother", "1.13")
    assert (printer["id"], printer["class"], printer["coarse"]) == ("p", "printer", "printer")
    assert 0.6 <= printer["confidence"] < 1
    assert nothing == {"id": 7, "class": "unknown", "coarse": "unknown", "confidence": 0.0, "because": []}


def test_reasons_cite_the_evidence_they_rest_on(observations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["classify", str(observations)])
    (reason, *_), _ = (line["because"] for line in lines(capsys.readouterr().out))
    (cited,) = reason["evidence"]
    assert (cited["key"], cited["value"]) == ("snmp.sysdescr", "Brother NC-8300h, Firmware Ver.1.13")
    assert len(cited["id"]) == 8
    assert "Brother" in reason["says"]


def test_a_line_that_is_no_observation_is_told_of_and_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.jsonl"
    deep = "[" * 100_000
    bad = [b"{", b"[]", b'{"id": 1}', b'{"evidence": []}', b"\xff\xfe", deep.encode(), b'"' + b"x" * (1 << 21) + b'"']
    path.write_bytes(b"\n".join([*bad, json.dumps(PRINTER).encode(), b'{"evidence": {"mac": [[1]]}}']))
    assert run(["classify", str(path)]) == 3
    printed = capsys.readouterr()
    assert [line["id"] for line in lines(printed.out)] == ["p", 9]
    for number in range(1, len(bad) + 1):
        assert f"warning: line {number}: " in printed.err
    assert f"{len(bad)} lines not understood" in printed.err


def test_what_is_not_understood_of_a_line_is_told_of_and_the_verdict_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.jsonl"
    odd = {"id": "o", "evidence": {**PRINTER["evidence"], "htpp": [], "mac": 12}}  # type: ignore[dict-item]
    path.write_text("\n".join(json.dumps(case) for case in [PRINTER, *[odd] * 12]))
    assert run(["classify", str(path)]) == 0
    printed = capsys.readouterr()
    assert [line["class"] for line in lines(printed.out)] == ["printer"] * 13
    *warned, last = printed.err.splitlines()
    said = "nothing is read under 'htpp' (did you mean http?); mac is a number where text is read"
    assert warned == [f"warning: line {number}: {said}" for number in range(2, 12)]
    assert last.startswith("12 lines understood in part")


def test_a_flood_of_bad_lines_is_not_told_of_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("x\n" * 1000)
    assert run(["classify", str(path)]) == 3
    assert len(capsys.readouterr().err.splitlines()) == 21


def test_a_file_that_cannot_be_read_is_a_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["classify", str(tmp_path / "none.jsonl")]) == 2
    assert "cannot read" in capsys.readouterr().err


def test_standard_input_is_read_and_nothing_that_sends_is_loaded() -> None:
    code = (
        "import sys\nfrom netinv.cli.app import run\nrun(['classify', '-'])\n"
        "print(*{m.partition('.')[0] for m in sys.modules} & {'scapy', 'asyncio', 'pyroute2', 'dns', 'socket'})"
    )
    done = subprocess.run([sys.executable, "-c", code], input=json.dumps(PRINTER), capture_output=True, text=True, check=True)
    verdict, loaded = done.stdout.splitlines()
    assert json.loads(verdict)["class"] in kinds()
    assert loaded == ""


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text((json.dumps(PRINTER) + "\n") * 5000)
    command = [sys.executable, "-m", "netinv", "classify", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.readline()
        running.stdout.close()
        assert running.wait(60) == 0
        assert running.stderr.read() == b""
    assert isinstance(running.stdout, io.BufferedReader)
