"""The kernel's neighbour table of one interface, as it is and as it changes (rtnetlink(7), RTM_GETNEIGH). Linux only."""

import socket
from collections.abc import Iterator
from typing import Any, NamedTuple

from netinv.model import MAC, Interface
from netinv.net.rtnetlink import spared

# linux/neighbour.h
REACHABLE = 0x02
UNSURE = 0x04 | 0x08 | 0x10
"""STALE, DELAY, PROBE: known before, being verified if we sent something."""
_ROUTER = 0x80
_RTMGRP_NEIGH = 4
_DONE = 3  # NLMSG_DONE
_READ_AT_ONCE = 1024


class Neighbour(NamedTuple):
    """What the kernel said last of a neighbour."""

    state: int = 0
    mac: MAC | None = None
    is_router: bool = False
    """It says so itself (the R flag of a neighbour advertisement, RFC 4861, 4.4)."""


_UNKNOWN = Neighbour()


class NeighbourTable:
    """The neighbours of one address family, by their addresses as integers; OSError where it cannot be read."""

    def __init__(self, interface: Interface, family: socket.AddressFamily) -> None:
        if not hasattr(socket, "AF_NETLINK"):
            raise OSError("this system's neighbour table cannot be read by netlink")
        with spared():
            from pyroute2.netlink.rtnl.marshal import MarshalRtnl

        self._family = family
        self._index = socket.if_nametoindex(interface.name)
        self._parse: Any = MarshalRtnl().parse
        self._known: dict[int, Neighbour] = {}
        self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        try:
            self._netlink.bind((0, _RTMGRP_NEIGH))
            self._netlink.settimeout(1.0)
            self._netlink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            self._load()
            self._netlink.setblocking(False)
        except OSError:
            self._netlink.close()
            raise

    def __getitem__(self, number: int) -> Neighbour:
        """What the kernel knows; a `Neighbour` without state or MAC if nothing."""
        return self._known.get(number, _UNKNOWN)

    def fileno(self) -> int:
        return self._netlink.fileno()

    def changes(self) -> Iterator[tuple[int, Neighbour]]:
        """Take in all that has changed since, not blocking: who has, and what was known before."""
        for _ in range(_READ_AT_ONCE):
            try:
                data = self._netlink.recv(1 << 16)
            except OSError:  # nothing more, or ENOBUFS: events were lost, and the retries of the kernel bring new ones
                return
            changed: list[tuple[int, Neighbour]] = []
            self._read(data, changed)
            yield from changed

    def close(self) -> None:
        self._netlink.close()

    def _load(self) -> None:
        with spared():
            from pyroute2.netlink import NLM_F_DUMP, NLM_F_REQUEST
            from pyroute2.netlink.rtnl import RTM_GETNEIGH
            from pyroute2.netlink.rtnl.ndmsg import ndmsg

        ask = ndmsg()
        ask["family"] = self._family
        ask["header"]["type"] = RTM_GETNEIGH
        ask["header"]["flags"] = NLM_F_REQUEST | NLM_F_DUMP
        ask["header"]["sequence_number"] = 1
        ask.encode()
        self._netlink.send(bytes(ask.data))
        for _ in range(_READ_AT_ONCE):
            if self._read(self._netlink.recv(1 << 16), []):
                return

    def _read(self, data: bytes, changed: list[tuple[int, Neighbour]]) -> bool:
        """Take over what the kernel says; True at the end of a dump."""
        ended = False
        for message in self._parse(data):
            if message["header"]["type"] == _DONE:
                ended = True
            elif message.get("event") == "RTM_NEWNEIGH" and self._is_ours(message):
                address, lladdr = message.get_attr("NDA_DST"), message.get_attr("NDA_LLADDR")
                if not address:
                    continue
                number = int.from_bytes(socket.inet_pton(self._family, address), "big")
                try:
                    mac = MAC.parse(lladdr) if lladdr else None
                except ValueError:  # a link with other than Ethernet addresses
                    mac = None
                changed.append((number, self[number]))
                self._known[number] = Neighbour(message["state"], mac, bool(message["flags"] & _ROUTER))
        return ended

    def _is_ours(self, message: Any) -> bool:
        return bool(message["ifindex"] == self._index and message["family"] == self._family)
