"""A scan that was recorded is the same when it is replayed, to the byte; and whatever stands in a transcript, nothing breaks."""

import asyncio
import gzip
import io
import json
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netinv.errors import TranscriptError
from netinv.formats import Report, Style, formats
from netinv.lab.memory import MemoryNetwork
from netinv.model import MAC, Scan
from netinv.net.network import Datagram, Network, Reply, Stream
from netinv.net.overheard import Overheard
from netinv.net.transcript_reader import read_transcript
from netinv.net.transcript_writer import Writer, write_transcript
from netinv.replayer import replay
from netinv.scanner import scan

SAID = [
    Overheard(
        "arp", MAC.parse("00:11:32:00:00:07"), None, bytes.fromhex("0001080006040001001132000007 0a4d0007 000000000000 0a4d0001")
    ),
    Overheard("ssdp", MAC.parse("00:11:32:00:00:07"), "10.77.0.7", b"NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\n\r\n"),
]


def recorded(path: Path, network: Network | None = None, **options: Any) -> Scan:
    writer = Writer(path)
    found = scan(network=network or MemoryNetwork(overheard=SAID), record=writer.write, **options)
    writer.close()
    assert writer.problem is None
    return found


def as_json(found: Scan) -> str:
    stream = io.StringIO()
    formats()["json"].write(Report(found.devices, found), stream, Style())
    return stream.getvalue()


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("transcripts") / "household.jsonl"
    path.with_suffix(".json").write_text(as_json(recorded(path)), "utf-8")
    return path


@pytest.mark.parametrize("name", ["lan.jsonl", "lan.jsonl.gz"])
def test_a_replay_is_the_same_scan_to_the_byte(name: str, tmp_path: Path) -> None:
    found = recorded(tmp_path / name)
    assert len(found.devices) > 20
    assert as_json(replay(tmp_path / name)) == as_json(found)
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_it_is_the_same_in_another_process_with_other_hashes_and_another_host_name(household: Path) -> None:
    code = (
        "import io, os, sys\n"
        "other = os.uname_result(('Plan', 'elsewhere', '9', '', ''))\n"
        "os.uname = lambda: other\n"
        "from netinv.replayer import replay\n"
        "from netinv.formats import Report, Style, formats\n"
        "found = replay(sys.argv[1])\n"
        "formats()['json'].write(Report(found.devices, found), sys.stdout, Style())\n"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(household)],
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "HOME": "/nonexistent"},
            check=True,
        )
        assert done.stdout == household.with_suffix(".json").read_text("utf-8")


def test_a_failing_verb_fails_in_the_replay_with_the_same_words(tmp_path: Path) -> None:
    network = MemoryNetwork(failing={"udp": OSError(101, "Network is unreachable"), "icmp": RuntimeError("a bug")})
    found = recorded(tmp_path / "t.jsonl", network)
    assert any("Network is unreachable" in problem.message for problem in found.problems)
    assert as_json(replay(tmp_path / "t.jsonl")) == as_json(found)


def test_a_scan_that_is_stopped_is_partial_in_the_replay_too(tmp_path: Path) -> None:
    found = recorded(tmp_path / "t.jsonl", stop=lambda: True)
    again = replay(tmp_path / "t.jsonl")
    assert found.is_partial
    assert (again.id, again.is_partial) == (found.id, True)


def test_of_a_scan_that_was_killed_what_is_there_counts(household: Path, tmp_path: Path) -> None:
    whole = household.read_bytes()
    previous = -1
    for share in (0.3, 0.6, 0.99):
        cut = tmp_path / "cut.jsonl"
        cut.write_bytes(whole[: int(len(whole) * share)])
        found = replay(cut)
        assert found.is_partial
        assert len(found.devices) >= previous
        previous = len(found.devices)
    assert previous > 20


def test_a_packed_transcript_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    recorded(tmp_path / "t.jsonl.gz")
    packed = (tmp_path / "t.jsonl.gz").read_bytes()
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) * 3 // 4])
    assert replay(tmp_path / "cut.jsonl.gz").is_partial


def test_random_identifiers_do_not_make_another_question(household: Path) -> None:
    found = replay(household)
    assert sum(e.key == "dns.ptr" for d in found.devices for e in d.evidence) > 5, "each query has an id of its own"


def test_every_byte_of_what_is_written_is_ours_to_read_alone_and_the_rest_of_a_longer_file_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"x" * 10_000_000)
    path.chmod(0o644)
    recorded(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_transcript(path).over


def test_a_place_that_cannot_be_written_to_is_known_before_anything_is_asked(tmp_path: Path) -> None:
    network = MemoryNetwork()
    with pytest.raises(TranscriptError, match="cannot write"):
        recorded(tmp_path / "none" / "t.jsonl", network)
    assert not network.questions


LINES = [
    (b"", "is empty"),
    (b"\x00\x01", "line 1: is no JSON"),
    (b"[]\n", "line 1: no transcript begins like this"),
    (b'{"schema": "netinv-transcript/9"}\n', "this netinv reads netinv-transcript/1"),
]


@pytest.mark.parametrize(("text", "said"), LINES)
def test_what_is_no_transcript_is_said_to_be_none(text: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(text)
    with pytest.raises(TranscriptError, match=said):
        read_transcript(tmp_path / "t")
    with pytest.raises(TranscriptError, match="cannot read"):
        read_transcript(tmp_path / "none")


SWEEP = "a question that is asked last"
WRONG: list[tuple[Any, str]] = [
    ({"t": -1, "of": 0, "got": None}, "happened at"),
    ({"t": 1e9, "of": 0, "got": None}, "happened at"),
    ({"t": 99, "of": 10**9, "got": None}, "no open question"),
    ({"t": 99, "door": 7, "is": {}}, "no door 7"),
    ({"t": 99, "door": 0, "is": {"traffic": {"frames": "many"}}}, "wants a whole number"),
    ({"t": 99, "ask": 0, "door": 0, "verb": "udp", "with": {}}, "is no question"),
    ({"t": 99, "of": 0, "failed": {"error": "os.system"}}, "no name of an error"),
    ({"t": 99, "of": 0, "got": {"address": 5}}, "has no .address"),
    ({"t": 99, "hello": 1}, "neither question nor answer"),
    ({"t": 99, "of": SWEEP, "got": {"address": "10.77.0.300"}}, "does not appear to be an IPv4 or IPv6 address"),
    ({"t": 99, "of": SWEEP, "got": {"address": "fe80::1%eth0"}}, "an address without a zone"),
    ([1], "is no object"),
]


@pytest.mark.parametrize(("line", "said"), WRONG)
def test_a_line_that_no_netinv_has_written_is_named(line: Any, said: str, household: Path, tmp_path: Path) -> None:
    lines = household.read_text("utf-8").splitlines()
    if isinstance(line, dict) and line.get("of") == SWEEP:
        line = line | {"of": 10**6}
        lines[-1:-1] = [json.dumps({"t": 99, "ask": 10**6, "door": 0, "verb": "sweep", "with": {}})]
    (tmp_path / "t").write_text("\n".join([*lines[:-1], json.dumps(line), ""]), "utf-8")
    with pytest.raises(TranscriptError, match=rf"line {len(lines)}: .*{said}") as error:
        read_transcript(tmp_path / "t")
    assert error.value.hint


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "bomb.gz", "wb", compresslevel=1) as bomb:
        for _ in range(6):
            bomb.write(b" " * (1 << 20))
    with pytest.raises(TranscriptError, match="too large"):
        read_transcript(tmp_path / "bomb.gz")


def test_a_conversation_whose_answers_are_missing_is_a_silent_one(household: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in household.read_text("utf-8").splitlines()]
    talks = {line["ask"] for line in lines if line.get("verb") == "exchange"}
    kept = [line for line in lines if not ("got" in line and line["of"] in talks)]
    assert len(kept) < len(lines)
    for name, shown in (("answers", kept), ("questions", [x for x in kept if not {x.get("ask"), x.get("of")} & talks])):
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in shown), "utf-8")
        found = replay(tmp_path / name)
        assert len(found.devices) > 20
        assert not [problem.message for problem in found.problems if "failed" in problem.message]


def test_an_answer_from_somebody_who_was_not_asked_is_passed_over(household: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in household.read_text("utf-8").splitlines()]
    pings = {x["ask"] for x in lines if x.get("verb") == "sweep" and isinstance(x["with"]["targets"], list)}
    answers = [x for x in lines if x.get("of") in pings and "." in str((x.get("got") or {}).get("address"))]
    assert answers
    for answer in answers:
        answer["got"]["address"] = "10.77.0.99"
    (tmp_path / "t").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    found = replay(tmp_path / "t")
    assert not [problem.message for problem in found.problems if "failed" in problem.message]
    assert "10.77.0.99" not in {device.ip for device in found.devices}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_damaged_transcripts_are_replayed_or_refused_and_nothing_else(
    chance: random.Random, household: Path, tmp_path: Path
) -> None:
    lines = household.read_bytes().splitlines(keepends=True)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, chance.choice(lines))
            case 2:
                line = bytearray(lines[at])
                line[chance.randrange(len(line))] = chance.randrange(256)
                lines[at] = bytes(line)
            case _:
                lines[at] = lines[at].replace(b"1", b"9" * chance.randint(1, 30))
    (tmp_path / "t").write_bytes(b"".join(lines))
    with suppress(TranscriptError):
        replay(tmp_path / "t")


class Odd(MemoryNetwork):
    """Says things at once, in every verb that others may not use."""

    async def tcp(self, address: str, port: int, send: bytes = b"", limit: int = 0, *, keep: bool = False) -> Stream | None:
        await asyncio.sleep(0)
        return Stream("open", bytes([port & 255, 255]))

    async def sweep(self, means: Any, targets: Any, *, rounds: int | None = None) -> Any:
        for address in list(targets)[:40]:
            yield (
                Reply(address, MAC.parse(b"\x00\x1b\xa9\x00\x00" + bytes([int(address.rpartition(".")[2]) & 7])))
                if "." in address
                else Reply("fe80::1")
            )

    async def multicast(self, group: str, port: int, payload: bytes, *, limit: int = 9000) -> Any:
        for n in range(3):
            yield Datagram(f"10.77.0.{n + 1}", port, payload[:limit])


def test_many_answers_at_the_same_moment_are_dated_alike_in_the_replay(tmp_path: Path) -> None:
    found = recorded(tmp_path / "t.jsonl", Odd())
    assert as_json(replay(tmp_path / "t.jsonl")) == as_json(found)


def test_it_is_written_again_as_it_was_read(household: Path, tmp_path: Path) -> None:
    writer = Writer(tmp_path / "again.jsonl")
    write_transcript(read_transcript(household), writer)
    writer.close()
    assert (tmp_path / "again.jsonl").read_bytes() == household.read_bytes()
