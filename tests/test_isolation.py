"""A survey in a process of its own tells its parent all that one in this process would."""

from datetime import UTC, datetime

from netinv.isolation import apart, here
from netinv.lab.memory import MemoryNetwork
from netinv.model import MAC, Answer, Notice
from netinv.net.network import Network
from netinv.net.targets import Targets, parse_targets
from netinv.probes.base import Answers, LinkProbe
from netinv.survey import Noticed, Progress, Survey

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
NOTICES = (Notice("dhcp.server", "10.77.0.9", MAC("00:1b:a9:00:00:01"), "offers"), Notice("arp.sender", None, None, ""))


async def ask(network: Network, targets: Targets) -> Answers:
    for notice in NOTICES:
        yield notice
    yield Answer("10.77.0.1", "mac", "00:1b:a9:00:00:02")


EAR = LinkProbe("ear", "", tells=("mac",), ask=ask, proves=frozenset({"mac"}), notices=("arp.sender", "dhcp.server"))


def surveys() -> list[Survey]:
    return [Survey(MemoryNetwork(), parse_targets(["10.77.0.1"]), (EAR,), now=lambda: NOON)]


def test_every_event_passes_the_pipe_as_it_is() -> None:
    told = [event for event in apart(surveys, lambda: False) if not isinstance(event, Progress)]
    assert told == [event for event in here(surveys, lambda: False) if not isinstance(event, Progress)]
    assert [event.notice for event in told if isinstance(event, Noticed)] == list(NOTICES)
