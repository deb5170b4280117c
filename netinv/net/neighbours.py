"""The kernel's neighbour table as a sweep's medium: it asks by ARP for whoever has no privilege to (rtnetlink(7), RTM_GETNEIGH).

An empty datagram to a host on the link makes the kernel resolve its address, three times a second apart; the answer shows
in the table. What the table merely remembers is never taken for presence: STALE entries are waited for until the kernel has
asked again, and those still counted as reachable need a sign of life of their own.
"""

import select
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress

from netinv.model import MAC, Interface
from netinv.net.binding import bind_to
from netinv.net.medium import READ_AT_ONCE, Heard
from netinv.net.neighbour_table import REACHABLE, UNSURE, NeighbourTable
from netinv.net.reach import Reach

DISCARD = 9
"""The UDP port whose service throws away what it gets (RFC 863)."""
SOCKETS = 4
"""One socket holds some 277 datagrams to unresolved addresses, then says EAGAIN."""
MOST = 250.0
"""Questions a second: the silent are kept for 3 s, and the whole kernel keeps some 1,024 (gc_thresh3), the found among them."""

_INCOMPLETE, _FAILED = 0x01, 0x20
_VERIFIES = 12.0
"""Seconds the kernel may take over an old neighbour: it waits (delay_first_probe_time, 5 s), asks it thrice, then all."""
_IP_RECVERR = 11  # linux/in.h
_ERROR = struct.Struct("=IBBBBII")  # linux/errqueue.h, sock_extended_err; the sender of the error follows
_FROM_ICMP = 2


class NeighbourMedium:
    """Linux only; OSError elsewhere."""

    rounds: int | None = 1
    repeats = 2  # mcast_solicit is 3, retrans_time_ms a second
    most: float | None = MOST
    share = 0.63  # the kernel repeats by coarse timers: up to a third more than its due in any 100 ms
    lasting_share = 0.25  # three questions to each of the silent, at the same time as others' first
    trailing = 1
    grace = 0.0
    block: int | None = None

    def __init__(self, interface: Interface, reach: Reach) -> None:
        self._reach = reach
        self._table = NeighbourTable(interface, socket.AF_INET)
        self._asked: set[int] = set()
        self._sure: set[int] = set()
        """Asked, and heard of since."""
        self._doubted: set[int] = set()
        """Asked a second time, for the kernel to verify whom it remembers."""
        self._failed: set[int] = set()
        """Those of them who were not where it thought, and are looked for anew."""
        self._udp = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SOCKETS)]
        self._ready = select.epoll()
        try:
            self._open(interface)
        except OSError:
            self.close()
            raise

    def _open(self, interface: Interface) -> None:
        self._ready.register(self._table, select.EPOLLIN)
        for udp in self._udp:
            bind_to(udp, interface)
            udp.setblocking(False)
            udp.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
            self._ready.register(udp, select.EPOLLERR)

    @property
    def patience(self) -> float:
        """While old neighbours are being verified the kernel takes its time."""
        open_states = UNSURE | _INCOMPLETE
        return _VERIFIES if any(self._table[n].state & open_states for n in self._doubted - self._sure) else 0.0

    @property
    def remembered(self) -> dict[str, MAC]:
        """Neighbours known from before that have not been heard of since they were asked: they may have gone."""
        unheard = ((number, self._table[number]) for number in self._asked - self._sure)
        lost = _INCOMPLETE | _FAILED
        return {socket.inet_ntoa(number.to_bytes(4, "big")): n.mac for number, n in unheard if n.mac and not n.state & lost}

    def fileno(self) -> int:
        return self._ready.fileno()

    def cost(self, number: int, attempt: int) -> int:
        return 1

    def ask(self, number: int, attempt: int, mac: MAC | None = None) -> None:
        udp = self._udp[number % SOCKETS]
        to = (socket.inet_ntoa(number.to_bytes(4, "big")), DISCARD)
        udp.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)  # an earlier datagram's error is not this one's
        udp.sendto(b"", to)
        if number in self._asked and self._table[number].mac:
            self._doubted.add(number)
        self._asked.add(number)

    def hear(self) -> Iterable[Heard]:
        for descriptor, _ in self._ready.poll(0):
            if descriptor == self._table.fileno():
                yield from self._present(number for number, _ in self._table.changes())
            else:
                udp = next(u for u in self._udp if u.fileno() == descriptor)
                yield from self._present(_unreachable(udp), is_sure=True)

    def _present(self, numbers: Iterable[int], *, is_sure: bool = False) -> Iterator[Heard]:
        for number in numbers:
            state, mac, _ = self._table[number]
            if state & _FAILED and number in self._doubted - self._failed:  # another may have its address by now
                self._failed.add(number)
                with suppress(OSError):
                    self.ask(number, 1)
            if mac and (is_sure or state & REACHABLE):
                self._reach.resolve(number)
                self._sure.add(number)
                yield Heard(number, mac)

    def waited(self) -> float:
        return 0.0

    def dropped(self) -> int:
        return 0  # the kernel keeps no count for this kind of socket

    def close(self) -> None:
        self._ready.close()
        self._table.close()
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
