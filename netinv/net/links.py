"""In what state the links of this machine are: up, plugged in, and of which kind."""

import fcntl
import os
import socket
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from netinv.model import Interface
from netinv.net.rtnetlink import iproute

_SIOCGIFFLAGS = 0x8913 if sys.platform == "linux" else 0xC0206911  # netdevice(7); <sys/sockio.h> of the BSDs and macOS
_IFF_UP, _IFF_LOOPBACK, _IFF_POINTOPOINT, _IFF_RUNNING = 0x1, 0x8, 0x10, 0x40  # <net/if.h>, the same on all of them
_IFF_LOWER_UP = 0x10000  # netdevice(7); Linux only, and too large for the ioctl


class LinkState(NamedTuple):
    """The flags of a link, under their names in `Interface`."""

    is_up: bool
    has_carrier: bool
    is_loopback: bool
    is_point_to_point: bool


def link_states(names: Mapping[int, str]) -> dict[int, LinkState]:
    """The state of each link by its index, of those `names` that are still there. Not inside a running event loop."""
    if sys.platform == "linux":
        with suppress(OSError):  # rtnetlink is forbidden, as in some containers
            return _by_rtnetlink()
    return _by_ioctl(names)


def link_state(name: str) -> LinkState | None:
    """The state of one link now, cheap enough for anywhere; None if it has gone."""
    return _by_ioctl({0: name}).get(0)


def is_own(address: str) -> bool:
    """Whether this machine still has the IPv4 address: a socket can be bound to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((address, 0))
        except OSError:
            return False
    return True


def is_alive(interface: Interface) -> bool:
    """Whether an interface is still as it was when it was read: up, plugged in, and with its address."""
    state = link_state(interface.name)
    if state is None or not state.is_up or state.has_carrier < interface.has_carrier:
        return False
    return interface.address is None or is_own(interface.address)


def _by_rtnetlink() -> dict[int, LinkState]:
    """Tells the carrier itself, where IFF_RUNNING follows it up to a second later."""
    with iproute() as rtnetlink:
        return {link["index"]: _state(link["flags"], _IFF_LOWER_UP) for link in rtnetlink.get_links()}


def _by_ioctl(names: Mapping[int, str]) -> dict[int, LinkState]:
    states = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for index, name in names.items():
            with suppress(OSError):
                answer = fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack("16s24x", os.fsencode(name)))
                states[index] = _state(struct.unpack_from("16xH", answer)[0], _IFF_RUNNING)
    return states


def _state(flags: int, carrier: int) -> LinkState:
    return LinkState(bool(flags & _IFF_UP), bool(flags & carrier), bool(flags & _IFF_LOOPBACK), bool(flags & _IFF_POINTOPOINT))
