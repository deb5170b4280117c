"""What a passing frame proves: who is there, and what is not believed."""

import asyncio
from contextlib import aclosing, suppress
from ipaddress import IPv4Interface, IPv6Interface

from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import chatter
from netinv.lab.memory import MemoryNetwork
from netinv.model import MAC, Answer, Interface, Notice
from netinv.net.overheard import LONGEST, Overheard
from netinv.net.overheard import read as read_frame
from netinv.net.targets import parse_targets
from netinv.probes.overheard import MACS, PROBE, parse, read

ME = Interface(
    "lan0", MAC("54:e1:ad:5c:00:fa"), (IPv4Interface("10.9.0.250/24"), IPv6Interface("fd00::250/64")), gateway="10.9.0.1"
)
HIM, OTHER = MAC("00:1b:a9:01:02:03"), MAC("00:1b:a9:01:02:04")


def told(frame: bytes) -> Answer | Notice | None:
    heard = read_frame(frame)
    return heard and read(heard, ME)


def test_whoever_asks_by_arp_is_there() -> None:
    assert told(chatter.looks_for(HIM, "10.9.0.7", "10.9.0.1")) == Answer("10.9.0.7", "mac", HIM)
    assert told(chatter.looks_for(HIM, "10.9.0.7", "10.9.0.7")) == Answer("10.9.0.7", "mac", HIM), "an announcement"


def test_who_has_no_address_yet_proves_none() -> None:
    assert told(chatter.looks_for(HIM, "0.0.0.0", "10.9.0.7")) is None, "a probe: whether somebody has it (RFC 5227)"


def test_who_speaks_for_another_is_not_believed() -> None:
    relayed = told(chatter.looks_for(HIM, "10.9.0.7", "10.9.0.1", says=OTHER))
    assert isinstance(relayed, Notice)
    assert (relayed.kind, relayed.mac, relayed.value) == ("arp.relay", HIM, f"speaks for {OTHER}")


def test_a_sender_of_no_network_here_is_noticed() -> None:
    assert told(chatter.looks_for(HIM, "192.168.7.9", "192.168.7.1")) == Notice("arp.sender", "192.168.7.9", HIM, "by ARP")


def test_an_announcement_over_ip_proves_as_much_and_a_routed_one_nothing() -> None:
    assert told(chatter.looks_for_service(HIM, "10.9.0.7", "_ipp._tcp")) == Answer("10.9.0.7", "mac", HIM)
    assert told(chatter.looks_for_service(HIM, "10.8.0.7", "_ipp._tcp")) is None, "a reflector keeps the sender's address"


def test_ipv6_neighbours_are_there_too() -> None:
    assert told(chatter.looks_for_neighbour(HIM, "fe80::7", "fe80::1")) == Answer("fe80::7", "mac", HIM)
    assert told(chatter.looks_for_neighbour(HIM, "fd00::7", "fd00::1")) == Answer("fd00::7", "mac", HIM)
    assert told(chatter.looks_for_neighbour(HIM, "::", "fd00::1")) is None, "duplicate address detection (RFC 4862, 5.4.2)"
    routed = bytearray(chatter.looks_for_neighbour(HIM, "fe80::7", "fe80::1"))
    routed[21] = 254
    assert told(bytes(routed)) is None, "it has passed a router (RFC 4861, 7.1.1)"


def test_no_device_has_a_group_or_nothing_for_a_mac() -> None:
    for mac in ("01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"):
        assert told(chatter.looks_for(mac, "10.9.0.7", "10.9.0.1")) is None


def test_a_flood_of_macs_for_one_address_is_cut() -> None:
    frames = [chatter.looks_for(MAC.parse((2 << 40 | n).to_bytes(6, "big")), "10.77.0.7", "10.77.0.1") for n in range(3 * MACS)]
    overheard = [heard for frame in frames if (heard := read_frame(frame))]

    async def go() -> int:
        found = 0
        async with aclosing(PROBE.ask(MemoryNetwork(overheard=overheard), parse_targets(["10.77.0.0/24"]))) as answers:
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    async for _ in answers:
                        found += 1
        return found

    assert asyncio.run(go()) == MACS


@given(st.binary(max_size=LONGEST))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    parse(data)
    told(data)
    told(bytes.fromhex("ffffffffffff 001ba9010203 0800") + data)
    told(bytes.fromhex("ffffffffffff 001ba9010203 86dd") + data)
    read(Overheard("arp", HIM, None, data), ME)


@given(st.data())
def test_a_cut_or_damaged_frame_is_read_without_raising(data: st.DataObject) -> None:
    frame = bytearray(data.draw(st.sampled_from(FRAMES)))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    told(bytes(frame[: data.draw(st.integers(0, len(frame)))]))


FRAMES = [
    chatter.looks_for(HIM, "10.9.0.7", "10.9.0.1"),
    chatter.looks_for_service(HIM, "10.9.0.7", "_ipp._tcp"),
    chatter.looks_for_neighbour(HIM, "fe80::7", "fe80::1"),
]
