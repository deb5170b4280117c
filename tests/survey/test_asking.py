"""The corridor's inner part, over a LAN answered from memory: what is asked, what is believed, what a broken probe costs."""

import asyncio
import errno
from datetime import UTC, datetime

from netinv.lab import chatter
from netinv.lab.household import household
from netinv.lab.memory import MemoryNetwork
from netinv.model import MAC, Answer, Evidence, Host, Notice
from netinv.net.loops import ReplayLoop
from netinv.net.network import Network
from netinv.net.overheard import read
from netinv.net.targets import Targets, parse_targets
from netinv.probes import probes
from netinv.probes.base import Answers, HintProbe, HostProbe, LinkProbe, Probe, ServiceProbe, heed
from netinv.survey import (
    ADDRESSES,
    ALONE,
    EACH,
    FACTS,
    HINTS,
    NOTICES,
    STRANGERS,
    Ended,
    Event,
    Heard,
    Noticed,
    Progress,
    Settled,
    Survey,
)
from netinv.survey.asking import PROBLEMS
from netinv.survey.curiosity import Curiosity

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
    heard = {e.address for e in evidence(events)}
    assert {address for address in heard if ":" not in address} == set(HOME.truth) | {HOME.scanner}
    silent = {address for device in HOME.nodes.values() if not device.ping for address in device.ipv6}
    own = {str(a.ip) for a in MemoryNetwork().interface.addresses}
    assert {address for address in heard if ":" in address} - own == set(HOME.nodes) - silent
    assert {e.address for e in events if isinstance(e, Settled)} >= set(HOME.truth)
    assert any(isinstance(e, Progress) for e in events)
    assert ended(events).method == ("arp", "icmpv6")
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
    problems = ended(events).problems
    assert {"dns", "netbios"} <= {problem.source for problem in problems}, "one warning for each"
    assert not [problem for problem in problems if "\x1b" in problem.message]


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


def overhears(*notices: Notice, kinds: tuple[str, ...] = ("arp.sender",)) -> LinkProbe:
    async def ask(network: Network, targets: Targets) -> Answers:
        for notice in notices:
            yield notice

    return LinkProbe("ear", "", tells=(), ask=ask, notices=kinds)


def test_what_is_overheard_is_passed_on_cleaned_and_once_and_is_no_evidence() -> None:
    said = Notice("arp.sender", "192.168.5.7", MAC.parse("00:1b:a9:00:00:01"), "who\x1b[2J?")
    events = run(MemoryNetwork(), [GATEWAY], (overhears(said, said),))
    assert [e for e in events if isinstance(e, Noticed)] == [Noticed(said._replace(value="who [2J?"), "ear", NOW)]
    assert not evidence(events)
    assert not ended(events).problems


def test_a_flood_of_notices_is_cut_off_and_hides_none_of_another_kind() -> None:
    flood = [Notice("arp.sender", f"10.1.{n // 256}.{n % 256}", None, "") for n in range(NOTICES * 2)]
    probe = overhears(*flood, Notice("dhcp.server", "10.77.0.9", None, ""), kinds=("arp.sender", "dhcp.server"))
    noticed = [e.notice.kind for e in run(MemoryNetwork(), [GATEWAY], (probe,)) if isinstance(e, Noticed)]
    assert (noticed.count("arp.sender"), noticed.count("dhcp.server")) == (NOTICES, 1)


def test_notices_that_are_not_declared_or_come_from_one_host_are_reported() -> None:
    async def ask(network: Network, host: Host) -> Answers:
        yield Notice("arp.sender", None, None, "")

    gossip = HostProbe("gossip", "", tells=(), ask=ask)
    probes = (link((GATEWAY, "mac", "00:1b:a9:00:00:01")), overhears(Notice("ra.router", None, None, "")), gossip)
    events = run(MemoryNetwork(), [GATEWAY], probes)
    assert sorted(p.source for p in ended(events).problems) == ["ear", "gossip"]
    assert not [e for e in events if isinstance(e, Noticed)]


def test_one_mac_at_many_addresses_is_identified_at_a_few_of_them_and_at_the_gateway() -> None:
    proxied = [f"10.77.0.{n}" for n in range(100, 140)]
    router = "00:1b:a9:00:00:01"
    heard = link(*((address, "mac", router) for address in (*proxied, GATEWAY)))
    gateway = link((GATEWAY, "route.gateway", "lan0"), tells=("route.gateway",))
    asked: list[str] = []

    async def ask(network: Network, host: Host) -> Answers:
        asked.append(host.address)
        return
        yield

    curious = HostProbe("curious", "", tells=(), ask=ask)
    events = run(MemoryNetwork(), ["10.77.0.0/24"], (gateway, heard, curious))
    assert asked == [*proxied[:ADDRESSES], GATEWAY], "36 of 41 are spared"
    assert len(evidence(events)) == 42, "where it answers is told all the same"


def test_a_host_is_identified_even_where_a_proxy_answered_before_it() -> None:
    proxied = [f"10.77.0.{n}" for n in range(100, 140)]
    own = (proxied[-1], "mac", "00:1b:a9:00:00:02")
    heard = link(*((address, "mac", "00:1b:a9:00:00:01") for address in proxied), own)
    network = MemoryNetwork()
    run(network, ["10.77.0.0/24"], (heard, *(p for p in probes() if p.name == "tcp")))
    assert {q.address for q in network.questions} == {*proxied[:ADDRESSES], own[0]}


def test_a_probe_of_each_is_asked_for_every_value_but_not_without_end() -> None:
    asked: list[tuple[str, ...]] = []

    async def ask(network: Network, host: Host) -> Answers:
        asked.append(host.all("ssdp.location"))
        return
        yield

    found = link(
        (GATEWAY, "mac", "00:1b:a9:00:00:01"),
        *((GATEWAY, "ssdp.location", str(n)) for n in range(9)),
        tells=("mac", "ssdp.location"),
    )
    curious = HostProbe("curious", "", tells=(), ask=ask, wants=("ssdp.location",), each="ssdp.location")
    events = run(MemoryNetwork(), [GATEWAY], (found, curious))
    assert asked == [(str(n),) for n in range(EACH)]
    assert [e for e in events if isinstance(e, Settled)]


def test_text_is_made_safe_where_it_enters_and_repeats_are_kept_once() -> None:
    say = link(*[(GATEWAY, "mac", "a\x1b[2Jb\u202ec")] * 3)
    assert [e.value for e in evidence(run(MemoryNetwork(), [GATEWAY], (say,)))] == ["a [2Jb c"]


def test_a_babbling_host_is_cut_off() -> None:
    babble = link(*[(GATEWAY, "mac", f"fact {n}") for n in range(FACTS * 3)])
    assert len(evidence(run(MemoryNetwork(), [GATEWAY], (babble,)))) == FACTS


def test_who_has_ipv4_is_asked_by_it_and_who_has_ipv6_alone_at_one_of_its_addresses() -> None:
    network = MemoryNetwork()
    events = run(network, [str(HOME.network)])
    asked = {q.address for q in network.questions if q.verb == "tcp"}
    alone = [device for device in HOME.nodes.values() if ":" in device.address]
    assert {address for address in asked if ":" in address} == {device.address for device in alone}
    settled = {e.address for e in events if isinstance(e, Settled)}
    assert settled >= {e.address for e in evidence(events) if ":" in e.address and e.key == "mac"}, "all are told of"


def test_who_answers_for_thousands_is_considered_again_only_when_that_changes_whom_to_ask() -> None:
    """Or a gateway with one IPv6 address would cost the square of all the addresses it answers for."""
    router = "3c:a6:2f:41:7d:02"
    six, better = "fe80::3ea6:2fff:fe41:7d02", "2001:db8::2"
    proxied = [f"10.77.{n // 250}.{n % 250 + 1}" for n in range(1000)]
    curiosity = Curiosity([HostProbe("tcp", "", (), _silent)])

    def met(address: str) -> tuple[str, ...]:
        return curiosity.meet(Host(address, (Evidence(address, "mac", router, "arp", NOW),)))

    assert [met(six), met(better)] == [(), (six,)], "the other is now asked instead"
    assert set(met(proxied[0])) == {six, better}, "it has an IPv4 address"
    assert {met(address) for address in proxied[1:]} == {()}


async def _silent(network: Network, host: Host) -> Answers:
    return
    yield


def test_who_shows_an_ipv6_address_only_is_asked_there_before_a_long_search_for_others_ends() -> None:
    """The clock is one that leaps."""
    asked: dict[str, float] = {}

    async def find(network: Network, targets: Targets) -> Answers:
        yield Answer("2001:db8::40", "mac", "52:54:00:1c:6b:e8")
        yield Answer("2001:db8::60", "mac", "cc:2d:8c:1b:f5:39")
        await asyncio.sleep(ALONE / 2)
        yield Answer("10.77.0.60", "mac", "cc:2d:8c:1b:f5:39")
        await asyncio.sleep(ALONE * 2)

    async def ask(network: Network, host: Host) -> Answers:
        asked[host.address] = asyncio.get_running_loop().time()
        yield Answer(host.address, "tcp.22", "closed")

    finder = LinkProbe("arp", "", ("mac",), find, needs=frozenset({"arp"}), proves=frozenset({"mac"}))

    async def go() -> None:
        probes = (finder, HostProbe("tcp", "", ("tcp.22",), ask))
        survey = Survey(MemoryNetwork(), parse_targets([str(HOME.network)]), probes, now=lambda: NOW)
        async for _ in survey.run():
            pass

    with asyncio.Runner(loop_factory=ReplayLoop) as runner:
        runner.run(go())
    assert asked == {"10.77.0.60": ALONE / 2, "2001:db8::40": ALONE}


def test_ipv6_without_ipv4_probes_is_asked_as_soon_as_everybody_was_found() -> None:
    network = MemoryNetwork(abilities={"icmpv6", "tcp"})
    run(network, [str(HOME.network)])
    by_device = [{q.address for q in network.questions if q.verb == "tcp"} & set(d.ipv6) for d in HOME.nodes.values() if d.ping]
    assert all(len(addresses) == 1 for addresses in by_device), "one address of each device"


def test_a_survey_that_is_stopped_keeps_what_it_heard_and_says_so() -> None:
    events = run(MemoryNetwork(), [str(HOME.network)], stop_after=5)
    assert ended(events).is_partial
    assert evidence(events)


def test_garbage_from_the_resolver_is_no_name() -> None:
    events = run(MemoryNetwork(garbage={(GATEWAY, 53): b"\xff" * 40}), [str(HOME.network)])
    assert not [e for e in evidence(events) if e.key == "dns.ptr"]
    assert not ended(events).problems


def test_a_hint_is_followed_once_whoever_repeats_it_and_not_without_end() -> None:
    asked = []

    async def ask(network: Network, host: Host, hint: str) -> Answers:
        asked.append((host.address, hint))
        return
        yield

    def hints(key: str, value: str) -> tuple[str, ...]:
        return tuple(word for word in value.split() if word.startswith("x"))

    hinted = HintProbe("hinted", "", tells=(), ask=ask, hears=frozenset({"ssdp.server", "dns.ptr"}), hints=hints)
    heard = [
        ("10.77.0.2", "mac", "02:00:00:00:00:02"),
        ("10.77.0.2", "ssdp.server", "x1 and x2"),
        ("10.77.0.2", "dns.ptr", "x1"),
        ("10.77.0.2", "ssdp.st", "x3"),
        ("10.77.0.3", "mac", "02:00:00:00:00:03"),
        *(("10.77.0.3", "ssdp.server", f"x{number}") for number in range(20)),
    ]
    run(MemoryNetwork(), ["10.77.0.0/28"], (link(*heard, tells=("mac", "ssdp.server", "dns.ptr", "ssdp.st")), hinted))
    assert [each for each in asked if each[0] == "10.77.0.2"] == [("10.77.0.2", "x1"), ("10.77.0.2", "x2")]
    assert [hint for address, hint in asked if address == "10.77.0.3"] == [f"x{number}" for number in range(HINTS)]


def test_probes_have_names_of_their_own_and_tell_what_they_prove() -> None:
    assert len({p.name for p in probes()}) == len(probes())
    for probe in probes():
        assert probe.summary
        assert probe.tells or (isinstance(probe, LinkProbe) and probe.notices)
        if isinstance(probe, LinkProbe):
            assert probe.proves <= set(probe.tells)
        elif isinstance(probe, HostProbe):
            told = {key for p in probes() for key in p.tells}
            assert {want.partition("=")[0] for want in probe.wants} <= told, f"{probe.name} wants what nobody tells"
            assert probe.each is None or probe.each in probe.wants, f"{probe.name} is asked of each of what it does not want"
        elif isinstance(probe, HintProbe):
            assert probe.hears <= {key for p in probes() for key in p.tells}, f"{probe.name} hears what nobody tells"
        else:
            told = {key for p in probes() for key in p.tells}
            assert {f"tcp.{port}" for port in probe.ports} <= told, f"{probe.name} waits for ports nobody tries"


# -- listening -------------------------------------------------------------------------------------------------------

PHONE = HOME.truth["10.77.0.41"]
JOINS = chatter.asks_for_address(str(PHONE.mac), PHONE.address, name="Pixel-8", system="android-dhcp-14", options=[1, 3])


def passing(*frames: bytes) -> MemoryNetwork:
    """A network that can do nothing but listen, where these frames pass by."""
    return MemoryNetwork(abilities={"listen"}, overheard=[heard for frame in frames if (heard := read(frame))])


def listen(network: MemoryNetwork, words: list[str], seconds: float = 0.05) -> list[Event]:
    async def go() -> list[Event]:
        survey = Survey(network, parse_targets(words), probes(), now=lambda: NOW, listen=seconds)
        return [event async for event in survey.run()]

    return asyncio.run(go())


def test_who_is_only_heard_is_there_and_nobody_is_asked() -> None:
    network = passing(chatter.looks_for(str(PHONE.mac), PHONE.address, GATEWAY))
    events = listen(network, [str(HOME.network)])
    assert [(e.address, e.value) for e in evidence(events) if e.probe == "overheard"] == [(PHONE.address, PHONE.mac)]
    assert network.questions == []
    assert ended(events).method == ("listen",)
    assert not ended(events).problems


def test_what_was_told_of_a_mac_is_kept_until_it_is_known_where_it_is() -> None:
    shows = chatter.looks_for(str(PHONE.mac), PHONE.address, PHONE.address)
    for frames in ((JOINS, shows), (shows, JOINS)):
        found = {(e.address, e.key): e.value for e in evidence(listen(passing(*frames), [str(HOME.network)]))}
        assert found[PHONE.address, "dhcp.hostname"] == "Pixel-8"
    assert "dhcp.hostname" not in {e.key for e in evidence(listen(passing(JOINS), [str(HOME.network)]))}, "it is nowhere yet"


def test_what_a_rival_for_an_address_said_is_not_put_down_to_its_owner() -> None:
    rival = "02:0b:ad:00:00:99"
    frames = (
        chatter.looks_for(str(PHONE.mac), PHONE.address, GATEWAY),
        chatter.looks_for(rival, PHONE.address, GATEWAY),
        chatter.asks_for_address(rival, PHONE.address, name="rival", system="x", options=[1]),
    )
    found = evidence(listen(passing(*frames), [str(HOME.network)]))
    assert {e.value for e in found if e.key == "mac" and e.address == PHONE.address} == {PHONE.mac, rival}
    assert "rival" not in {e.value for e in found}


def test_what_is_told_of_strangers_is_bounded() -> None:
    macs = [MAC.parse((2 << 40 | n).to_bytes(6, "big")) for n in range(STRANGERS + 1)]
    for mac, told in ((macs[0], ["host"]), (macs[-1], [])):
        talk = [*[(m, "dhcp.hostname", "host") for m in macs], (GATEWAY, "mac", str(mac))]
        found = evidence(run(MemoryNetwork(), [GATEWAY], (link(*talk, tells=("mac", "dhcp.hostname")),)))
        assert [e.value for e in found if e.key == "dhcp.hostname"] == told


def test_listening_ends_with_the_asking_unless_told_otherwise() -> None:
    network = MemoryNetwork(overheard=[heard for heard in [read(JOINS)] if heard])
    found = evidence(run(network, [str(HOME.network)]))
    assert "Pixel-8" in {e.value for e in found if e.address == PHONE.address}


def test_an_ipv6_neighbour_that_is_heard_is_told_with_its_scope() -> None:
    frame = chatter.looks_for_neighbour(str(PHONE.mac), "fe80::7", "fe80::1")
    found = {(e.address, e.key, e.value) for e in evidence(listen(passing(frame), [str(HOME.network)]))}
    assert {("fe80::7", "mac", PHONE.mac), ("fe80::7", "ipv6.scope", "link-local")} <= found


def test_a_service_is_asked_once_at_each_of_its_ports_that_is_open_and_at_no_other() -> None:
    asked: list[tuple[str, int]] = []

    async def ask(network: Network, host: Host, port: int) -> Answers:
        asked.append((host.address, port))
        yield Answer(host.address, "http.title", str(port))

    heard = (("mac", "00:1b:a9:00:00:01"), ("tcp.80", "open"), ("tcp.81", "closed"), ("tcp.82", "open"), ("tcp.83", "open"))
    found = link(*((GATEWAY, *fact) for fact in heard), tells=("mac", "tcp.80", "tcp.81", "tcp.82", "tcp.83"))
    web = ServiceProbe("web", "", tells=("http.title",), ask=ask, ports=(80, 81, 82, 84))
    events = run(MemoryNetwork(), [GATEWAY], (found, web))
    assert sorted(asked) == [(GATEWAY, 80), (GATEWAY, 82)]
    assert {e.value for e in evidence(events) if e.key == "http.title"} == {"80", "82"}


def test_a_probe_may_want_one_value_of_a_key() -> None:
    asked: list[str] = []

    async def ask(network: Network, host: Host) -> Answers:
        asked.append(host.address)
        return
        yield

    mac = "00:1b:a9:00:00:0"
    heard = [("10.77.0.1", "mac", f"{mac}1"), ("10.77.0.2", "mac", f"{mac}2"), ("10.77.0.1", "ssdp.st", "upnp:rootdevice")]
    found = link(*heard, ("10.77.0.2", "ssdp.st", "roku:ecp"), tells=("mac", "ssdp.st"))
    run(MemoryNetwork(), ["10.77.0.0/28"], (found, HostProbe("roku", "", tells=(), ask=ask, wants=("ssdp.st=roku:ecp",))))
    assert asked == ["10.77.0.2"]


def test_a_message_that_cannot_be_read_is_told_of_and_floods_of_them_are_cut() -> None:
    def stumble(address: str) -> list[Answer]:
        raise AttributeError(address)

    async def ask(network: Network, targets: Targets) -> Answers:
        for number in range(3 * PROBLEMS):
            for told in heed(f"10.77.0.{number}", stumble, f"10.77.0.{number}"):
                yield told
        yield Answer("10.77.0.10", "mac", "00:11:32:00:00:10")

    events = run(MemoryNetwork(), ["10.77.0.0/24"], (LinkProbe("test", "", tells=("mac",), ask=ask, proves=frozenset({"mac"})),))
    assert [e.address for e in evidence(events)] == ["10.77.0.10"]
    problems = ended(events).problems
    assert len(problems) == PROBLEMS
    assert problems[0].message == "test: a message from 10.77.0.0 could not be read (AttributeError)"
