"""The corridor's inner part, over a LAN answered from memory: what is asked, what is believed, what a broken probe costs."""

import asyncio
import errno
from datetime import UTC, datetime

from netinv.lab.household import household
from netinv.lab.memory import MemoryNetwork
from netinv.model import Answer, Evidence, Host
from netinv.net.network import Network
from netinv.net.targets import Targets, parse_targets
from netinv.probes import probes
from netinv.probes.base import Answers, HostProbe, LinkProbe, Probe
from netinv.survey import FACTS, Ended, Event, Heard, Progress, Settled, Survey

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOME = household()
GATEWAY = HOME.gateway


def run(network: MemoryNetwork, words: list[str], asked: tuple[Probe, ...] | None = None, stop_after: int = 0) -> list[Event]:
    targets = parse_targets(words)

    async def go() -> list[Event]:
        survey = Survey(network, targets, probes() if asked is None else asked, now=lambda: NOW)
        events = []
        async for event in survey.run():
            events.append(event)
            if stop_after and len(events) == stop_after:
                survey.stop()
        return events

    return asyncio.run(go())


def evidence(events: list[Event]) -> list[Evidence]:
    return [e.evidence for e in events if isinstance(e, Heard)]


def ended(events: list[Event]) -> Ended:
    last = events[-1]
    assert isinstance(last, Ended)
    return last


def link(*answers: tuple[str, str, str], tells: tuple[str, ...] = ("mac",)) -> LinkProbe:
    async def ask(network: Network, targets: Targets) -> Answers:
        for answer in answers:
            yield Answer(*answer)

    return LinkProbe("test", "", tells=tells, ask=ask, proves=frozenset({"mac"}))


def test_every_device_of_the_household_is_heard_and_settled() -> None:
    events = run(MemoryNetwork(), [str(HOME.network)])
    assert {e.address for e in evidence(events)} == set(HOME.truth) | {HOME.scanner}
    assert {e.address for e in events if isinstance(e, Settled)} >= set(HOME.truth)
    assert any(isinstance(e, Progress) for e in events)
    assert ended(events).method == ("arp",)
    assert not ended(events).problems


def test_without_raw_frames_the_neighbour_table_is_asked_instead_and_never_both() -> None:
    network = MemoryNetwork(abilities={"neighbours", "tcp", "udp"})
    events = run(network, [str(HOME.network)])
    assert {e.probe for e in evidence(events) if e.key == "mac"} == {"neighbours", "local"}
    assert {q.verb for q in network.questions} == {"neighbours", "tcp", "udp"}
    both = MemoryNetwork()
    run(both, [str(HOME.network)])
    assert "neighbours" not in {q.verb for q in both.questions}


def test_nobody_is_asked_about_who_is_not_there() -> None:
    network = MemoryNetwork(silent={GATEWAY})
    events = run(network, [GATEWAY])
    assert evidence(events) == [], "being the gateway in a table proves no presence"
    assert {q.verb for q in network.questions} == {"arp"}


def test_no_probe_ever_touches_a_port_that_prints() -> None:
    network = MemoryNetwork()
    run(network, [str(HOME.network)])
    assert not {q.port for q in network.questions} & {515, *range(9100, 9108)}


def test_one_broken_probe_does_not_cost_the_scan() -> None:
    events = run(MemoryNetwork(failing={"udp": RuntimeError("no \x1b[31mred")}), [str(HOME.network)])
    assert {e.address for e in evidence(events)} >= set(HOME.truth)
    (problem,) = ended(events).problems
    assert problem.source == "dns"
    assert "\x1b" not in problem.message


def test_an_interface_that_dies_makes_the_result_partial() -> None:
    events = run(MemoryNetwork(failing={"arp": OSError(errno.ENETDOWN, "Network is down")}), [str(HOME.network)])
    assert ended(events).is_partial
    assert "Network is down" in ended(events).problems[0].message


def test_what_a_probe_says_of_an_address_nobody_asked_about_is_dropped() -> None:
    async def ask(network: Network, host: Host) -> Answers:
        yield Answer("10.77.0.99", "dns.ptr", "forged")

    gossip = HostProbe("gossip", "", tells=("dns.ptr",), ask=ask)
    events = run(
        MemoryNetwork(),
        [GATEWAY],
        (link((GATEWAY, "mac", "00:1b:a9:00:00:01"), ("203.0.113.9", "mac", "00:1b:a9:00:00:02")), gossip),
    )
    assert [(e.address, e.key) for e in evidence(events)] == [(GATEWAY, "mac")]
    assert ended(events).problems[0].source == "gossip"


def test_a_probe_that_tells_what_it_does_not_declare_is_reported() -> None:
    events = run(MemoryNetwork(), [GATEWAY], (link((GATEWAY, "ssh.banner", "x")),))
    assert "does not declare" in ended(events).problems[0].message


def test_text_is_made_safe_where_it_enters_and_repeats_are_kept_once() -> None:
    say = link(*[(GATEWAY, "mac", "a\x1b[2Jb\u202ec")] * 3)
    assert [e.value for e in evidence(run(MemoryNetwork(), [GATEWAY], (say,)))] == ["a [2Jb c"]


def test_a_babbling_host_is_cut_off() -> None:
    babble = link(*[(GATEWAY, "mac", f"fact {n}") for n in range(FACTS * 3)])
    assert len(evidence(run(MemoryNetwork(), [GATEWAY], (babble,)))) == FACTS


def test_a_survey_that_is_stopped_keeps_what_it_heard_and_says_so() -> None:
    events = run(MemoryNetwork(), [str(HOME.network)], stop_after=5)
    assert ended(events).is_partial
    assert evidence(events)


def test_garbage_from_the_resolver_is_no_name() -> None:
    events = run(MemoryNetwork(garbage={(GATEWAY, 53): b"\xff" * 40}), [str(HOME.network)])
    assert not [e for e in evidence(events) if e.key == "dns.ptr"]
    assert not ended(events).problems


def test_probes_have_names_of_their_own_and_tell_what_they_prove() -> None:
    assert len({p.name for p in probes()}) == len(probes())
    for probe in probes():
        assert probe.summary
        assert probe.tells
        if isinstance(probe, LinkProbe):
            assert probe.proves <= set(probe.tells)
        else:
            told = {key for p in probes() for key in p.tells}
            assert set(probe.wants) <= told, f"{probe.name} wants what nobody tells"
