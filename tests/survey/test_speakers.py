"""Who may speak for an address: what is said in another's name is not believed, and who says it is told of."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from netinv.lab import chatter
from netinv.lab.memory import MemoryNetwork
from netinv.model import MAC, Answer, Notice, Saying
from netinv.net.overheard import read
from netinv.net.targets import parse_targets
from netinv.probes import probes
from netinv.probes.announced import PROBE
from netinv.survey import Heard, Noticed, Survey
from netinv.survey.speakers import MANY, WAITING, Speakers

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VICTIM, ADDRESS = MAC("3c:52:82:8a:3f:2c"), "10.77.0.20"
FORGER, SHARED = MAC("02:00:aa:bb:cc:02"), "00:00:5e:00:01:0a"
HERE = Answer(ADDRESS, "mac", VICTIM)


def says(mac: MAC | None, address: str = ADDRESS) -> Saying:
    return Saying(address, "mdns.hostname", f"from-{mac}.local", mac)


def believed(speakers: Speakers, answers: Iterable[Answer]) -> list[Answer]:
    return [told for answer in answers for _, told in speakers.hear(PROBE, answer)]


def test_what_is_said_before_it_is_known_who_has_the_address_waits_until_it_is() -> None:
    speakers = Speakers(waits=True)
    assert believed(speakers, [says(FORGER), says(VICTIM)]) == []
    assert believed(speakers, [HERE]) == [HERE, says(VICTIM)]
    assert list(speakers.borrowers()) == []
    assert list(speakers.end()) == []
    assert list(speakers.borrowers()) == [Notice("address.borrowed", ADDRESS, FORGER, VICTIM)]
    assert list(speakers.borrowers()) == [], "once"


def test_both_who_answer_for_an_address_may_speak_for_it() -> None:
    speakers = Speakers(waits=True)
    rival = Answer(ADDRESS, "mac", FORGER)
    assert believed(speakers, [HERE, says(FORGER), rival, says(VICTIM)]) == [HERE, rival, says(FORGER), says(VICTIM)]
    assert list(speakers.end()) == list(speakers.borrowers()) == []


def test_where_nobody_answers_for_an_address_whoever_speaks_for_it_is_believed() -> None:
    speakers = Speakers(waits=True)
    assert believed(speakers, [says(VICTIM)]) == []
    assert [told for _, told in speakers.end()] == [says(VICTIM)]
    assert believed(Speakers(waits=False), [says(VICTIM)]) == [says(VICTIM)]


def test_where_no_frames_are_heard_everything_is_as_it_was() -> None:
    assert believed(Speakers(waits=True), [HERE, says(None)]) == [HERE, says(None)]


@pytest.mark.parametrize(
    "owners",
    [[Answer(ADDRESS, "mac", SHARED)], [Answer(f"10.77.0.{20 + n}", "mac", VICTIM) for n in range(MANY)]],
    ids=["redundant-routers", "proxy"],
)
def test_who_answers_for_others_does_not_silence_them(owners: list[Answer]) -> None:
    assert believed(Speakers(waits=True), [*owners, says(FORGER)])[-1] == says(FORGER)


def test_a_flood_in_many_names_is_cut() -> None:
    speakers = Speakers(waits=True)
    believed(speakers, (says(FORGER, f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}") for n in range(WAITING + 100)))
    assert len(list(speakers.end())) == WAITING


def test_a_scan_hears_a_forger_believes_its_victim_and_tells_of_it() -> None:
    forged = chatter.announces_service(FORGER, ADDRESS, "spoof", "SPOOFED", "_googlecast._tcp", "fn=SPOOFED", 8009)
    own = chatter.announces_service(VICTIM, ADDRESS, "mine", "Mine", "_ipp._tcp", "ty=Mine", 631)
    network = MemoryNetwork(overheard=[heard for frame in (forged, own) if (heard := read(frame))])

    async def go() -> list[object]:
        chosen = [p for p in probes() if p.name in ("arp", "announced", "overheard")]
        return [event async for event in Survey(network, parse_targets(["10.77.0.0/24"]), chosen, now=lambda: NOW).run()]

    events = asyncio.run(go())
    told = {(e.evidence.key, e.evidence.value) for e in events if isinstance(e, Heard) and e.evidence.address == ADDRESS}
    assert ("mdns.hostname", "mine.local") in told
    assert not any("spoof" in value.lower() for _, value in told)
    assert [value for key, value in told if key == "mac"] == [VICTIM]
    [notice] = [e.notice for e in events if isinstance(e, Noticed)]
    assert notice == Notice("address.borrowed", ADDRESS, FORGER, VICTIM)
