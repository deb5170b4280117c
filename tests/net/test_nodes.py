"""IPv6 nodes found on a real link: by one question to all, or one by one; with root and without, and what it costs."""

import asyncio
import json
import sys
from dataclasses import replace
from typing import Any

import pytest

from netinv.defaults import Manners
from netinv.lab import Lan, household, ordinary
from netinv.lab import lan as lab_lan
from netinv.net.interfaces import interfaces
from netinv.net.live import LiveNetwork
from netinv.net.network import Reply
from netinv.net.targets import parse_targets

pytestmark = pytest.mark.slow

HOME = household()
SPEAKERS = {id(d): d for d in HOME.nodes.values() if d.ping}.values()
HEARD = {d.ipv6[0] for d in SPEAKERS} | {d.ipv6[-1] for d in SPEAKERS}
"""From each source address of ours an answer: the link-local one of each, and the last of its global ones."""
MAC_BOOK = HOME.truth["10.77.0.32"]


def sweep(
    home: Lan,
    targets: list[str],
    words: list[str] | None = None,
    manners: Manners = Manners(timeout=0.4, retries=0),  # noqa: B008 - frozen
) -> tuple[LiveNetwork, list[Reply]]:
    (interface,) = (i for i in interfaces() if i.name == home.interface)

    async def go() -> tuple[LiveNetwork, list[Reply]]:
        network = LiveNetwork(interface, parse_targets(words or [home.network]), manners).open(("icmpv6",))
        try:
            found = [reply async for reply in network.sweep("icmpv6", targets)]
            assert network.traffic.frames  # counted while it is open
            return network, found
        finally:
            network.close()

    return asyncio.run(go())


def test_one_question_finds_everybody_who_answers_with_mac_and_hop_limit(lan: Lan) -> None:
    network, found = sweep(lan, ["ff02::1"])
    assert {r.address for r in found} == HEARD
    assert len(found) == len(HEARD), "each address once"
    for reply in found:
        device = HOME.nodes[reply.address]
        assert (reply.mac, reply.ttl) == (device.mac, device.ttl)
        assert reply.rtt_ms is not None
        assert reply.is_router == (device.category == "router")
    assert network.swept == {"icmpv6"}
    assert network.traffic.frames == lan.counters().frames, "neighbour solicitations are counted too"


def test_later_rounds_ask_the_group_and_nobody_is_told_twice(lan: Lan) -> None:
    network, found = sweep(lan, ["ff02::1"], manners=Manners(timeout=0.4, retries=9))
    assert sorted(r.address for r in found) == sorted(HEARD)
    assert lan.counters().asked["icmpv6"]["ff02::1"] == 6, "three rounds from two addresses, however many retries"
    assert network.traffic.frames == lan.counters().frames


def test_an_address_learnt_otherwise_is_asked_by_itself_and_whoever_only_says_where_it_is_is_there(lan: Lan) -> None:
    silent = HOME.truth["10.77.0.31"].ipv6[0]
    _, found = sweep(lan, [MAC_BOOK.ipv6[1], silent, "fe80::dead"])
    assert {r.address: r.mac for r in found} == {MAC_BOOK.ipv6[1]: MAC_BOOK.mac, silent: HOME.nodes[silent].mac}


def test_who_is_known_is_not_asked_again(lan: Lan) -> None:
    (interface,) = (i for i in interfaces() if i.name == lan.interface)

    async def go() -> None:
        network = LiveNetwork(interface, parse_targets([lan.network]), Manners(timeout=0.4, retries=0)).open(("icmpv6",))
        first = [reply async for reply in network.sweep("icmpv6", ["ff02::1"])]
        before = network.traffic.frames
        again = [reply async for reply in network.sweep("icmpv6", [first[0].address])]
        assert again == first[:1]
        assert network.traffic.frames == before
        network.close()

    asyncio.run(go())


@pytest.mark.parametrize("words", [["10.77.0.10"], ["10.77.0.0/25"]])
def test_nobody_is_asked_by_ipv6_where_only_some_hosts_are_wanted(lan: Lan, words: list[str]) -> None:
    (interface,) = (i for i in interfaces() if i.name == lan.interface)

    async def go() -> None:
        network = LiveNetwork(interface, parse_targets(words)).open(("icmpv6",))
        assert [r async for r in network.sweep("icmpv6", ["ff02::1", MAC_BOOK.ipv6[0]])] == []
        assert await network.tcp(MAC_BOOK.ipv6[0], 22) is None
        network.close()

    asyncio.run(go())
    assert lan.counters().frames == 0


def test_it_is_spoken_to_by_tcp_and_udp_only_where_it_has_answered_itself(lan: Lan) -> None:
    (interface,) = (i for i in interfaces() if i.name == lan.interface)
    lab6 = HOME.nodes["2001:db8::40"]

    async def go() -> None:
        network = LiveNetwork(interface, parse_targets([lan.network]), Manners(timeout=0.4, retries=0)).open(("icmpv6",))
        assert await network.tcp(lab6.address, 22, limit=64) is None
        assert await network.udp(lab6.address, 5353, b"") is None
        assert [p.source for p in network.problems if "did not speak" in p.message] == ["door"]
        [reply async for reply in network.sweep("icmpv6", list(lab6.ipv6))]
        for address in lab6.ipv6:  # a link-local one, too, which sockets want to be told the link of
            stream = await network.tcp(address, 22, limit=64)
            assert stream is not None
            assert stream.data.startswith(b"SSH-2.0")
            closed = await network.tcp(address, 80)
            assert closed is not None
            assert closed.state == "closed"
        network.close()

    asyncio.run(go())


@pytest.mark.lab
def test_where_there_is_no_ipv6_there_is_no_such_ability_and_no_word_of_it() -> None:
    with lab_lan(replace(HOME, scanner_ipv6=None)) as home:
        (interface,) = (i for i in interfaces() if i.name == home.interface)
        network = LiveNetwork(interface, parse_targets([home.network])).open()
        try:
            assert "icmpv6" not in network.abilities
            assert "no IPv6 address" in network.refusals["icmpv6"]
            assert not [p for p in network.problems if "IPv6" in p.message]
        finally:
            network.close()


@pytest.mark.parametrize("privileged", [True, False])
def test_a_scan_shows_dual_stack_as_one_row_and_ipv6_alone_as_a_full_one(lan: Lan, netinv: Any, privileged: bool) -> None:
    done = lan.run(netinv.command("scan", "--json", "--no-save"), env=netinv.environment(), privileged=privileged)
    found = json.loads(done.stdout)
    rows = {tuple(d["addresses"]): d for d in found["devices"]}
    dual = next(d for addresses, d in rows.items() if addresses[0] == "10.77.0.32")
    assert set(dual["addresses"]) == set(MAC_BOOK.addresses), "its stable address is listed by mDNS only"
    assert len([d for d in found["devices"] if d["mac"] == MAC_BOOK.mac]) == 1
    lab6 = next(d for d in found["devices"] if d["mac"] == "52:54:00:1c:6b:e8")
    assert lab6["ip"] == "2001:db8::40"
    assert lab6["name"] == "lab6"
    assert "tcp.22" in {e["key"] for e in lab6["evidence"]}
    asked = {e["address"] for d in found["devices"] for e in d["evidence"] if e["key"].startswith("tcp.")}
    assert {address for address in asked if ":" in address} == {"2001:db8::40"}, "nobody is asked twice"
    frames = lan.counters().frames
    assert abs(found["scan"]["traffic"]["frames"] - frames) <= 0.02 * frames
    assert "icmpv6" in found["scan"]["method"]


def test_sockets_that_are_refused_are_told_where_it_matters(lan: Lan) -> None:
    code = (
        "import sys; from netinv.net.interfaces import interfaces; from netinv.net.live import LiveNetwork\n"
        "from netinv.net.targets import parse_targets\n"
        f"i = next(i for i in interfaces() if i.name == {lan.interface!r})\n"
        f"n = LiveNetwork(i, parse_targets([{lan.network!r}])).open()\n"
        "print(sorted(n.abilities)); print(*(p.message for p in n.problems), sep='\\n')"
    )
    done = ordinary.run([sys.executable, "-c", code], privileged=False, ping=False)
    assert "icmpv6" not in done.stdout.splitlines()[0]
    assert "nothing by IPv6" in done.stdout
