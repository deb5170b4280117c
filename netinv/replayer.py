"""Replaying a scan: the corridor once more, with a transcript in the place of the network."""

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path

from netinv.gathering import Gathering
from netinv.isolation import here
from netinv.model import Scan
from netinv.net.replaying import Replay
from netinv.net.transcript import Transcript
from netinv.net.transcript_reader import read_transcript
from netinv.outline import Outline
from netinv.plan import Plan
from netinv.probes import probes
from netinv.probes.base import Probe
from netinv.survey import Survey
from netinv.text import clean


def replay(recorded: Transcript | str | PathLike[str]) -> Scan:
    """The scan that was recorded, as today's probes read its answers and today's rules judge them; nothing is sent.

    It has the id and the times of the recorded one, and knows nothing of any inventory. What a scan that was killed had heard
    until then is there, and marked partial. TranscriptError for a file that is no transcript.
    """
    transcript = recorded if isinstance(recorded, Transcript) else read_transcript(Path(fspath(recorded)))
    header = transcript.header
    chosen = _probes(header.probes)
    plans = [Plan(door.interface, door.targets) for door in header.doors]
    outline = Outline(
        id=header.id,
        started=header.start,
        plans=plans,
        targets=clean(header.targets),
        asked=header.asked,
        sensor=clean(header.sensor, 80),
        pace=clean(header.pace, 40),
    )
    played = Replay(transcript)

    def open_surveys() -> list[Survey]:
        doors = zip(played.networks, plans, strict=True)
        return [Survey(door, plan.targets, chosen, now=played.now, listen=played.seconds) for door, plan in doors]

    gathering = Gathering()
    gathering.read(here(open_surveys, played.is_over, played.loop))
    return outline.filled(gathering, finished=transcript.finished)


def _probes(names: Sequence[str]) -> tuple[Probe, ...]:
    """Those of the scan; one that is no more asks nothing."""
    return tuple(p for p in probes() if p.name in names)
