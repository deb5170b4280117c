"""ARP replies: what is taken for one, and what is not."""

import select
import time
from ipaddress import IPv4Address

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.l2 import ARP, Ether

from netinv.lab import Lan
from netinv.model import MAC
from netinv.net.arp import ArpMedium, parse
from netinv.net.interfaces import interfaces

ME, MINE = "54:e1:ad:5c:00:fa", "10.9.0.250"
HIM, HIS = "00:1b:a9:01:02:03", "10.9.0.7"
MAC_BYTES, ADDRESS_BYTES = bytes.fromhex(ME.replace(":", "")), bytes([10, 9, 0, 250])


def reply(**changes: object) -> bytes:
    fields = {"op": "is-at", "hwsrc": HIM, "psrc": HIS, "hwdst": ME, "pdst": MINE} | changes
    return bytes(Ether(src=HIM, dst=ME) / ARP(**fields))


def read(frame: bytes) -> tuple[int, str] | None:
    heard = parse(frame, MAC_BYTES, {ADDRESS_BYTES})
    return heard and (heard.number, str(heard.mac))


def test_a_reply_to_us_tells_who_has_the_address() -> None:
    assert read(reply()) == (0x0A090007, HIM)
    assert read(reply() + bytes(18)) == (0x0A090007, HIM), "Ethernet pads short frames to 60 bytes"


def test_nothing_else_is_taken_for_a_reply() -> None:
    assert read(reply(op="who-has")) is None
    assert read(reply(pdst="10.9.0.251")) is None, "meant for another address"
    assert read(reply(hwsrc="ff:ff:ff:ff:ff:ff")) is None, "nobody's MAC"
    assert read(reply(hwsrc="01:00:5e:00:00:01")) is None, "a group's MAC"
    assert read(reply(hwsrc="00:00:00:00:00:00")) is None
    assert read(reply(hwlen=8)) is None
    assert read(bytes(Ether(src=HIM, dst="02:00:00:00:00:09") / ARP(op="is-at", hwsrc=HIM, psrc=HIS, pdst=MINE))) is None


@given(st.binary(max_size=128))
def test_any_bytes_are_read_without_raising(frame: bytes) -> None:
    heard = parse(frame, MAC_BYTES, {ADDRESS_BYTES})
    assert heard is None or isinstance(heard.mac, MAC)


@given(st.data())
def test_a_cut_or_damaged_reply_is_read_without_raising(data: st.DataObject) -> None:
    frame = bytearray(reply())
    frame[data.draw(st.integers(0, len(frame) - 1))] ^= data.draw(st.integers(1, 255))
    parse(bytes(frame[: data.draw(st.integers(0, len(frame)))]), MAC_BYTES, {ADDRESS_BYTES})


def test_the_kernel_knows_how_long_an_answer_has_waited_to_be_read(lan: Lan) -> None:
    (interface,) = (i for i in interfaces() if i.name == lan.interface)
    medium = ArpMedium(interface)
    asked = time.monotonic()
    medium.ask(int(IPv4Address(lan.gateway)), 1)
    assert select.select([medium.fileno()], [], [], 1.0)[0]
    time.sleep(0.05)  # as if we were busy; the kernel's clock is its own
    assert [heard.number for heard in medium.hear()] == [int(IPv4Address(lan.gateway))]
    assert 0.05 <= medium.waited() <= time.monotonic() - asked
    medium.close()
