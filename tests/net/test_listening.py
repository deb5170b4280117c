"""Listening on a real interface: what the kernel's filter lets through, what a flood costs, and that nothing is sent."""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing

import pytest

from netinv.errors import PrivilegeError
from netinv.lab import Lan, chatter
from netinv.model import MAC
from netinv.net import ears
from netinv.net.interfaces import interfaces
from netinv.net.listening import RATE, RATES, Listening
from netinv.net.overheard import Overheard, Topic
from netinv.net.passive import PassiveNetwork
from netinv.scanner import open_passive
from tests.wiretap import Wiretap

TOPICS: tuple[Topic, ...] = ("arp", "cdp", "dhcp", "lldp", "mdns", "nd", "netbios", "ra", "ssdp")
PHONE, PRINTER, SWITCH = "b2:5a:d7:0e:63:94", "3c:52:82:8a:3f:2c", "00:1b:54:aa:bb:01"


def heard(lan: Lan, frames: Iterable[bytes], *topics: Topic, seconds: float = 0.15) -> tuple[list[Overheard], Listening]:
    """What is heard of `frames`, and the ear that heard it."""
    interface = next(i for i in interfaces() if i.name == lan.interface)

    async def go() -> tuple[list[Overheard], Listening]:
        listening = ears.frames(interface)
        found: list[Overheard] = []

        async def take() -> None:
            async with aclosing(listening.listen(*(topics or TOPICS))) as messages:
                async for message in messages:
                    found.append(message)

        task = asyncio.create_task(take())
        await asyncio.sleep(0)
        lan.say(frames)
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return found, listening

    return asyncio.run(go())


def test_every_topic_is_heard_from_a_real_frame(lan: Lan) -> None:
    frames = {
        "arp": chatter.looks_for(PHONE, "10.77.0.40", lan.gateway),
        "dhcp": chatter.asks_for_address(PHONE, "10.77.0.40", name="Pixel", system="android-dhcp-14", options=[1, 3]),
        "mdns": chatter.looks_for_service(PHONE, "10.77.0.40", "_ipp._tcp"),
        "ssdp": chatter.notifies(PHONE, "10.77.0.40", server="x", location="http://10.77.0.40/"),
        "netbios": chatter.announces_windows(PHONE, "10.77.0.40", "10.77.0.255", "PC"),
        "lldp": chatter.introduces_itself(SWITCH, "sw1", "gi0/1"),
        "cdp": chatter.introduces_itself_to_cisco(SWITCH, "sw1", "Gi0/1", "cisco WS-C2960", "IOS"),
        "ra": chatter.advertises_route(SWITCH, "fe80::1", "fd00::"),
        "nd": chatter.looks_for_neighbour(SWITCH, "fe80::1", "fe80::2"),
    }
    found, listening = heard(lan, frames.values())
    listening.close()
    assert {f.topic for f in found} == set(TOPICS)
    assert {f.topic: f.source for f in found} == {
        "arp": None, "dhcp": None, "mdns": "10.77.0.40", "ssdp": "10.77.0.40", "netbios": "10.77.0.40", "lldp": None, "cdp": None,
        "ra": "fe80::1", "nd": "fe80::1",
    }  # fmt: skip
    assert {f.mac for f in found} == {PHONE, SWITCH}


def test_what_is_none_of_its_business_never_leaves_the_kernel(lan: Lan) -> None:
    own = next(i for i in interfaces() if i.name == lan.interface)
    arp = bytearray(chatter.looks_for(PHONE, "10.77.0.40", lan.gateway))
    reply = bytes.fromhex(str(own.mac).replace(":", "")) + bytes(arp[6:20]) + b"\0\2" + bytes(arp[22:])
    elsewhere = bytes(arp[:12]) + bytes.fromhex("8100 0014") + bytes(arp[12:])
    mdns = bytearray(chatter.looks_for_service(PHONE, "10.77.0.40", "_ipp._tcp"))
    other_port = bytes(mdns[:36]) + (53).to_bytes(2, "big") + bytes(mdns[38:])
    fragment = bytes(mdns[:20]) + b"\x00\x01" + bytes(mdns[22:])
    found, listening = heard(lan, [reply, elsewhere, other_port, fragment, b"\xff" * 60, bytes(14), bytes(arp)])
    listening.close()
    assert [f.topic for f in found] == ["arp"], "a reply to us is the sweep's; a tag is another network's; fragments tell nothing"


def test_a_listener_hears_its_own_topics_only(lan: Lan) -> None:
    frames = [chatter.looks_for(PHONE, "10.77.0.40", lan.gateway), chatter.introduces_itself(SWITCH, "sw1", "gi0/1")]
    found, listening = heard(lan, frames, "lldp")
    listening.close()
    assert [(f.topic, f.mac) for f in found] == [("lldp", SWITCH)]


def test_a_flood_of_one_topic_is_cut_and_counted_and_hides_no_other(lan: Lan) -> None:
    flood = [chatter.introduces_itself(SWITCH, "sw1", "gi0/1")] * 400
    frames = [*flood, chatter.looks_for(PHONE, "10.77.0.40", lan.gateway)]
    found, listening = heard(lan, frames, seconds=0.4)
    lost = listening.lost
    listening.close()
    assert len([f for f in found if f.topic == "lldp"]) <= 2 * RATES["lldp"] < RATE
    assert lost >= 400 - 2 * RATES["lldp"]
    assert [f.mac for f in found if f.topic == "arp"] == [PHONE]


def test_to_listen_sends_not_one_frame(lan: Lan) -> None:
    with Wiretap(lan.interface) as wire:
        found, listening = heard(lan, chatter.chatter(lan.household))
        listening.close()
        assert found
        assert wire.sent() == []


def test_our_own_frames_are_not_overheard(lan: Lan) -> None:
    own = next(i for i in interfaces() if i.name == lan.interface)
    found, listening = heard(lan, [chatter.looks_for(str(own.mac), lan.address, lan.gateway)])
    listening.close()
    assert found == []


def test_a_passive_network_refuses_every_word(lan: Lan) -> None:
    network = PassiveNetwork(next(i for i in interfaces() if i.name == lan.interface))

    async def go() -> None:
        with pytest.raises(PermissionError):
            await network.tcp("10.77.0.1", 80)
        with pytest.raises(PermissionError):
            await network.udp("10.77.0.1", 53, b"x")
        with pytest.raises(PermissionError):
            await anext(network.sweep("arp", ["10.77.0.1"]))
        with pytest.raises(PermissionError):
            await anext(network.multicast("224.0.0.251", 5353, b"x"))

    with Wiretap(lan.interface) as wire:
        asyncio.run(go())
        assert wire.sent() == []
    assert network.abilities == {"listen"}
    network.close()


def test_an_interface_without_frames_cannot_be_listened_to(lan: Lan) -> None:
    with pytest.raises(PrivilegeError, match="cannot listen at lo"):
        open_passive(next(i for i in interfaces() if i.is_loopback))


def test_the_groups_are_groups() -> None:
    assert all(MAC.parse(group).is_group for group in ears.GROUPS)
