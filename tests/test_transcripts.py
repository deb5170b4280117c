"""Households recorded at the door, each with the devices expected in it: whatever transcript is put there is replayed.

A device that was misread becomes a test by `netinv scan --record FILE --anonymise`: put FILE into tests/data/transcripts, run

    python -m tests.test_transcripts

which writes what netinv makes of each transcript that has no expected devices yet beside it, and correct there what is wrong.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from netinv.net.transcript_reader import read_transcript
from netinv.replayer import replay

TRANSCRIPTS = sorted((Path(__file__).parent / "data" / "transcripts").glob("*.jsonl*"))


def expected(transcript: Path) -> Path:
    return transcript.with_name(transcript.name.partition(".")[0] + ".devices.json")


def devices(transcript: Path) -> list[dict[str, Any]]:
    """What is expected of each: where it is, what it is called, and what kind of device it is."""
    return [
        {"addresses": list(d.addresses), "macs": list(d.macs), "name": d.name, "kind": d.verdict.kind}
        for d in replay(transcript).devices
    ]


def test_there_is_something_to_replay() -> None:
    assert TRANSCRIPTS


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.name)
def test_the_devices_of_a_household_are_those_expected(transcript: Path) -> None:
    wanted = json.loads(expected(transcript).read_text("utf-8"))
    found = devices(transcript)
    assert [(d["addresses"], d["macs"]) for d in found] == [(d["addresses"], d["macs"]) for d in wanted]
    misread = [(one, other) for one, other in zip(found, wanted, strict=True) if one != other]
    assert not misread, "\n".join(f"{one}\n  expected: {other}" for one, other in misread)


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.name)
def test_no_household_is_shown_with_its_names(transcript: Path) -> None:
    assert read_transcript(transcript).header.is_anonymous or transcript.name.startswith("lab-")


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m tests.test_transcripts", description=(__doc__ or "").partition("\n")[0]).parse_args()
    for path in TRANSCRIPTS:
        if not expected(path).exists():
            lines = ",\n".join(json.dumps(device, ensure_ascii=False) for device in devices(path))
            expected(path).write_text(f"[\n{lines}\n]\n", "utf-8")
            print(expected(path))
