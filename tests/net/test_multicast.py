"""One question to everybody on the link: where it may go, and whose answers are heard; real datagrams, in the lab."""

import asyncio
from dataclasses import replace

import pytest

from netinv.defaults import Manners
from netinv.lab import Lan, household
from netinv.lab import lan as lab_lan
from netinv.net.interfaces import interfaces
from netinv.net.live import LiveNetwork
from netinv.net.multicast import check_group
from netinv.net.network import EVERYBODY, Datagram
from netinv.net.targets import parse_targets
from netinv.probes.mdns import PORT, question
from netinv.probes.mdns_message import TYPES

QUESTION = question([TYPES])
SPEAKERS = {d.address for d in household().devices if d.mdns and ":" not in d.address}


@pytest.mark.parametrize(
    "group", ["224.0.1.1", "10.0.0.1", "255.255.255.255", "ff05::1:3", "ff0e::1", "fe80::1", "2001:db8::1", "mdns", ""]
)
def test_nothing_goes_to_a_group_beyond_the_link_or_to_what_is_no_group(group: str) -> None:
    with pytest.raises(ValueError, match=r"group|address"):
        check_group(group, PORT)


@pytest.mark.parametrize("port", [0, 515, 9100, 9107, 65536])
def test_nothing_goes_to_a_port_that_prints_or_is_none(port: int) -> None:
    with pytest.raises(ValueError, match="port"):
        check_group("239.255.255.250", port)


def ask(
    home: Lan, words: list[str], group: str, *, limit: int = 9000, timeout: float = 0.4, retries: int = 1
) -> tuple[LiveNetwork, list[Datagram]]:
    (interface,) = (i for i in interfaces() if i.name == home.interface)

    async def go() -> tuple[LiveNetwork, list[Datagram]]:
        network = LiveNetwork(interface, parse_targets(words), Manners(timeout=timeout, retries=retries))
        return network, [answer async for answer in network.multicast(group, PORT, QUESTION, limit=limit)]

    return asyncio.run(go())


def test_everybody_in_the_group_is_heard_each_time_it_is_asked_and_counted(lan: Lan) -> None:
    network, answers = ask(lan, [lan.network], "224.0.0.251")
    assert {answer.address for answer in answers} == SPEAKERS
    assert {answer.port for answer in answers} == {PORT}
    assert len(answers) == 2 * len(SPEAKERS), "one answer to each of two questions"
    assert network.traffic.frames == lan.counters().frames == 2
    assert network.traffic.replies == len(answers)
    assert not network.problems or all(p.source != "multicast" for p in network.problems)


def test_over_ipv6_too_and_the_sender_is_told_without_a_zone(lan: Lan) -> None:
    _, answers = ask(lan, [lan.network], "ff02::fb", retries=0)
    assert {answer.address for answer in answers} == {d.ipv6[0] for d in household().devices if d.mdns}


def test_whom_the_scan_does_not_concern_is_not_heard(lan: Lan) -> None:
    _, answers = ask(lan, ["10.77.0.10"], "224.0.0.251", retries=0)
    assert {answer.address for answer in answers} == {"10.77.0.10"}
    assert ask(lan, ["10.77.0.10"], "ff02::fb", retries=0)[1] == []


def test_what_is_too_long_is_not_heard(lan: Lan) -> None:
    assert ask(lan, [lan.network], "224.0.0.251", limit=20, retries=0)[1] == []


@pytest.mark.lab
def test_on_a_link_without_ipv6_it_is_silent() -> None:
    with lab_lan(replace(household(), scanner_ipv6=None)) as home:
        network, answers = ask(home, [home.network], "ff02::fb", retries=0)
    assert answers == []
    assert all(p.source != "multicast" for p in network.problems)


def test_everybody_is_a_group_of_the_links_own_networks_and_of_no_port_that_prints(lan: Lan) -> None:
    (interface,) = (i for i in interfaces() if i.name == lan.interface)
    network = LiveNetwork(interface, parse_targets([lan.network]), Manners(timeout=0.4, retries=0))

    async def ask(port: int) -> list[Datagram]:
        return [answer async for answer in network.multicast(EVERYBODY, port, b"\1\0\0\0")]

    (answer,) = asyncio.run(ask(10001))
    assert (answer.address, answer.port) == ("10.77.0.2", 10001)
    assert network.traffic.frames == lan.counters().frames == 1
    assert lan.counters().asked["udp"] == {str(household().network.broadcast_address): 1}
    with pytest.raises(ValueError, match="port"):
        asyncio.run(ask(9100))
