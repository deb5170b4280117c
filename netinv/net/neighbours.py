"""The kernel's neighbour table as a sweep's medium: it asks by ARP for whoever has no privilege to (rtnetlink(7), RTM_GETNEIGH).

An empty datagram to a host on the link makes the kernel resolve its address, three times a second apart; the answer shows
in the table. What the table merely remembers is never taken for presence: STALE entries are waited for until the kernel has
asked again, and those still counted as reachable need a sign of life of their own.
"""

import select
import socket
import struct
from collections.abc import Iterable, Iterator
from typing import Any

from netinv.model import MAC, Interface
from netinv.net.binding import bind_to
from netinv.net.reach import Reach
from netinv.net.sweep import READ_AT_ONCE, Heard

DISCARD = 9
"""The UDP port whose service throws away what it gets (RFC 863)."""
SOCKETS = 4
"""One socket holds some 277 datagrams to unresolved addresses, then says EAGAIN."""
BLOCK = 256
"""The whole kernel keeps some 1,024 entries (gc_thresh3), others' and the last block's among them."""

# linux/neighbour.h
_REACHABLE = 0x02
_UNSURE = 0x04 | 0x08 | 0x10  # STALE, DELAY, PROBE: known before, being verified because we sent something
_VERIFIES = 4.0  # s more until the kernel asks an old neighbour again (delay_first_probe_time, 5 s) and hears of it
_IP_RECVERR = 11  # linux/in.h
_ERROR = struct.Struct("=IBBBBII")  # linux/errqueue.h, sock_extended_err; the sender of the error follows
_FROM_ICMP = 2
_RTMGRP_NEIGH = 4


class NeighbourMedium:
    """Linux only; OSError elsewhere."""

    rounds: int | None = 3  # the kernel's own (mcast_solicit), a second apart (retrans_time_ms): here they are only counted
    trailing = 1
    grace = 0.0
    block: int | None = BLOCK

    def __init__(self, interface: Interface, reach: Reach) -> None:
        if not hasattr(socket, "AF_NETLINK"):
            raise OSError("this system's neighbour table cannot be read by netlink")
        # 130 ms to import, and of use only here, where no scapy is loaded
        from pyroute2.netlink.rtnl.marshal import MarshalRtnl

        self._reach = reach
        self._index = socket.if_nametoindex(interface.name)
        self._read_messages: Any = MarshalRtnl().parse
        self._table: dict[int, tuple[int, MAC | None]] = {}
        """State and MAC of each neighbour, as the kernel last said."""
        self._asked: set[int] = set()
        self._sure: set[int] = set()
        """Asked, and heard of since."""
        self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._udp = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SOCKETS)]
        self._ready = select.epoll()
        try:
            self._open(interface)
        except OSError:
            self.close()
            raise

    def _open(self, interface: Interface) -> None:
        self._netlink.bind((0, _RTMGRP_NEIGH))
        self._netlink.settimeout(1.0)
        self._netlink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._load_table()
        self._netlink.setblocking(False)
        self._ready.register(self._netlink, select.EPOLLIN)
        for udp in self._udp:
            bind_to(udp, interface)
            udp.setblocking(False)
            udp.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
            self._ready.register(udp, select.EPOLLERR)

    def _load_table(self) -> None:
        from pyroute2.netlink import NLM_F_DUMP, NLM_F_REQUEST
        from pyroute2.netlink.rtnl import RTM_GETNEIGH
        from pyroute2.netlink.rtnl.ndmsg import ndmsg

        ask = ndmsg()
        ask["family"] = socket.AF_INET
        ask["header"]["type"] = RTM_GETNEIGH
        ask["header"]["flags"] = NLM_F_REQUEST | NLM_F_DUMP
        ask["header"]["sequence_number"] = 1
        ask.encode()
        self._netlink.send(bytes(ask.data))
        for _ in range(READ_AT_ONCE):
            if self._read_table(self._netlink.recv(1 << 16)):
                return

    @property
    def patience(self) -> float:
        """While an old neighbour is being verified the kernel takes its time."""
        unsure = any(self._table.get(number, (0, None))[0] & _UNSURE for number in self._asked)
        return _VERIFIES if unsure else 0.0

    @property
    def remembered(self) -> dict[str, MAC]:
        """Neighbours that were reachable when they were asked and have not been heard of since: they may have gone."""
        unheard = ((number, *self._table.get(number, (0, None))) for number in self._asked - self._sure)
        return {socket.inet_ntoa(number.to_bytes(4, "big")): mac for number, state, mac in unheard if mac and state & _REACHABLE}

    def fileno(self) -> int:
        return self._ready.fileno()

    def cost(self, number: int, attempt: int) -> int:
        return 1

    def ask(self, number: int, attempt: int) -> None:
        if number in self._asked:  # and so asked again by the kernel itself, about now
            return
        udp = self._udp[number % SOCKETS]
        to = (socket.inet_ntoa(number.to_bytes(4, "big")), DISCARD)
        udp.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)  # an earlier datagram's error is not this one's
        udp.sendto(b"", to)
        self._asked.add(number)

    def hear(self) -> Iterable[Heard]:
        for descriptor, _ in self._ready.poll(0):
            if descriptor == self._netlink.fileno():
                yield from self._present(self._events())
            else:
                udp = next(u for u in self._udp if u.fileno() == descriptor)
                yield from self._present(_unreachable(udp), is_sure=True)

    def _present(self, numbers: Iterable[int], *, is_sure: bool = False) -> Iterator[Heard]:
        for number in numbers:
            state, mac = self._table.get(number, (0, None))
            if mac and (is_sure or state & _REACHABLE):
                if is_sure:
                    self._table[number] = (_REACHABLE, mac)
                self._reach.resolve(number)
                self._sure.add(number)
                yield Heard(number, mac)

    def _events(self) -> Iterator[int]:
        for _ in range(READ_AT_ONCE):
            try:
                data = self._netlink.recv(1 << 16)
            except OSError:  # nothing more, or ENOBUFS: events were lost, and the retries of the kernel bring new ones
                return
            changed: list[int] = []
            self._read_table(data, changed)
            yield from changed

    def _read_table(self, data: bytes, changed: list[int] | None = None) -> bool:
        """Take over what the kernel says of neighbours; True at the end of a dump."""
        ended = False
        for message in self._read_messages(data):
            if message["header"]["type"] == 3:  # NLMSG_DONE
                ended = True
            elif (
                message.get("event") == "RTM_NEWNEIGH"
                and message["ifindex"] == self._index
                and message["family"] == socket.AF_INET
            ):
                address, lladdr = message.get_attr("NDA_DST"), message.get_attr("NDA_LLADDR")
                if not address:
                    continue
                number = int.from_bytes(socket.inet_aton(address), "big")
                try:
                    mac = MAC.parse(lladdr) if lladdr else None
                except ValueError:  # a link with other than Ethernet addresses
                    mac = None
                self._table[number] = (message["state"], mac)
                if changed is not None:
                    changed.append(number)
        return ended

    def dropped(self) -> int:
        return 0  # the kernel keeps no count for this kind of socket

    def close(self) -> None:
        self._ready.close()
        self._netlink.close()
        for udp in self._udp:
            udp.close()


def _unreachable(udp: socket.socket) -> Iterator[int]:
    """Hosts that answered a datagram themselves with ICMP port unreachable (ip(7), IP_RECVERR)."""
    for _ in range(READ_AT_ONCE):
        try:
            _, control, _, asked = udp.recvmsg(1, 256, socket.MSG_ERRQUEUE)
        except OSError:
            return
        for level, kind, data in control:
            if (level, kind) != (socket.IPPROTO_IP, _IP_RECVERR) or len(data) < _ERROR.size + 8:
                continue
            _, origin, *_ = _ERROR.unpack_from(data)
            offender = socket.inet_ntoa(data[_ERROR.size + 4 : _ERROR.size + 8])
            if origin == _FROM_ICMP and offender == asked[0]:
                yield int.from_bytes(socket.inet_aton(offender), "big")
