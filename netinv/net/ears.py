"""The ears: a packet socket that hears what any device may hear, or without that privilege, what is said to a few groups."""

import errno
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

from netinv.model import Interface
from netinv.net import packet_filter, wire
from netinv.net.listening import Ear, Listening
from netinv.net.overheard import Overheard, Topic, read

GROUPS = tuple(
    bytes.fromhex(group)
    for group in (
        "01005e0000fb",  # mDNS over IPv4 and IPv6 (RFC 6762, 3; the MAC by RFC 1112, 6.4 and RFC 2464, 7)
        "3333000000fb",
        "01005e7ffffa",  # SSDP (UPnP Device Architecture 2.0, 1.1)
        "333300000001",  # IPv6: all nodes, whom routers tell of themselves
        "333300000002",  # all routers, who are asked to
        "0180c200000e",  # LLDP: the nearest bridge, and the two wider scopes (IEEE 802.1AB-2016, 7.1)
        "0180c2000003",
        "0180c2000000",
        "01000ccccccc",  # CDP
    )
)
"""Multicast MAC addresses heard; broadcasts are in any case."""
SPOKEN_TO: dict[Topic, tuple[str, int]] = {"mdns": ("224.0.0.251", 5353), "ssdp": ("239.255.255.250", 1900)}
"""What is heard without privilege: groups and ports that everybody may listen to."""
JOINING = 2
"""Frames by which the kernel tells that it joins a group, and that it leaves it (RFC 3376, 5.1)."""

# linux/if_packet.h, linux/if_ether.h, bits/socket.h
_SOL_PACKET, _ADD_MEMBERSHIP, _IGNORE_OUTGOING = 263, 1, 23
_MEMBERSHIP = struct.Struct("@iHH8s")
_MULTICAST = 0
_ETH_P_ALL = 0x0003


def frames(interface: Interface) -> Listening:
    """Hear the frames that pass by; nothing is sent. PermissionError without the privilege, OSError on anything but Linux.

    The interface is told of the groups in which devices announce themselves (packet(7), PACKET_ADD_MEMBERSHIP): that is between
    us and the network card, and unlike joining a group as IP does, no frame tells anybody of it.
    """
    if not hasattr(socket, "AF_PACKET"):
        raise OSError(errno.EOPNOTSUPP, "only Linux shows the frames that pass by")
    if interface.mac is None or interface.is_loopback:
        raise OSError(errno.EOPNOTSUPP, f"no Ethernet frames pass by {interface.name}")
    wire.announcement_layers()  # once root is given up, the files may be out of reach
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)  # of no protocol: nothing comes in before the filter
    try:
        packet_filter.attach(opened)
        index = socket.if_nametoindex(interface.name)
        for group in GROUPS:
            opened.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, _MEMBERSHIP.pack(index, _MULTICAST, len(group), group))
        with suppress(OSError):  # before Linux 4.20; the filter leaves them out, too, but is asked for each frame we send
            opened.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
        wire.widen(opened)
        opened.setblocking(False)
        opened.bind((interface.name, _ETH_P_ALL))
    except OSError:
        opened.close()
        raise
    return Listening([Ear(opened, lambda frame, _: read(frame))], interface.mac)


def groups(interface: Interface) -> Listening:
    """Hear what is said to the groups that may be joined without privilege: `JOINING` frames are sent for each."""
    own = frozenset(str(a.ip) for a in interface.addresses)
    ears: list[Ear] = []
    try:
        for topic, (group, port) in SPOKEN_TO.items():
            ears.append(Ear(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), _reader(topic, own)))
            _join(ears[-1].socket, interface, group, port)
    except OSError:
        for ear in ears:
            ear.socket.close()
        raise
    return Listening(ears)


def _reader(topic: Topic, own: frozenset[str]) -> Callable[[bytes, tuple[str, int]], Overheard | None]:
    return lambda payload, sender: None if sender[0] in own else Overheard(topic, None, sender[0], payload)


def _join(opened: socket.socket, interface: Interface, group: str, port: int) -> None:
    if interface.address is None:
        raise OSError(errno.EADDRNOTAVAIL, f"{interface.name} has no IPv4 address")
    for option in ("SO_REUSEADDR", "SO_REUSEPORT"):  # others on this machine listen there, too
        if hasattr(socket, option):
            opened.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 1)
    if hasattr(socket, "SO_BINDTODEVICE"):
        with suppress(PermissionError):  # before Linux 5.7 only root may
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.name.encode() + b"\0")
    opened.bind((group, port))  # so that nothing said to this machine alone is taken from those who are meant
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton(interface.address))
    opened.setblocking(False)
