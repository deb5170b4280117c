"""What the household says by itself: frames that another codec than ours understands, heard at the near end of the wire."""

import socket
import time

import pytest
from scapy.layers.l2 import ARP, Ether

from netinv.lab import Lan, chatter, household
from netinv.net.overheard import read

HOME = household()


def test_everybody_on_the_link_is_heard_of_and_nobody_else() -> None:
    frames = list(chatter.chatter(HOME))
    assert {Ether(f).src for f in frames} == {str(d.mac) for d in HOME.truth.values() if d.mac}
    senders = {Ether(f)[ARP].psrc for f in frames if ARP in Ether(f)}
    assert senders == {d.address for d in HOME.truth.values()} - {d.address for d in HOME.truth.values() if d.mac is None}


def test_it_says_the_same_every_time() -> None:
    assert list(chatter.chatter(HOME)) == list(chatter.chatter(HOME))


def test_every_frame_is_of_a_topic_that_is_listened_to() -> None:
    topics = {heard.topic if (heard := read(frame)) else None for frame in chatter.chatter(HOME)}
    assert topics == {"arp", "dhcp", "mdns", "ssdp", "netbios"}


@pytest.mark.lab
def test_what_is_said_reaches_the_near_end_as_it_is_and_is_not_counted(lan: Lan) -> None:
    frame = chatter.introduces_itself("00:1b:54:aa:bb:01", "sw1", "gi0/1")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88CC)) as ear:
        ear.bind((lan.interface, 0x88CC))
        ear.settimeout(2)
        lan.say([frame])
        assert ear.recv(2048) == frame
    time.sleep(0.01)
    assert "arp" not in lan.counters().kinds
    assert lan.counters().errors == 0
