"""The door for real: sockets bound to one interface, one pace, one patience, and no word to whom the user did not name."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from ipaddress import IPv4Address, IPv4Network
from typing import Self

from netinv.model import MAC, Interface, Problem, Traffic
from netinv.net.arp import ArpMedium
from netinv.net.binding import bind_to
from netinv.net.icmp import ATTEMPTS, EchoMedium
from netinv.net.links import is_own, link_state
from netinv.net.neighbours import NeighbourMedium
from netinv.net.network import FORBIDDEN, Means, Replies, Stream
from netinv.net.pace import Pace
from netinv.net.reach import Reach
from netinv.net.sweep import MACS, Medium, Sweeper
from netinv.net.targets import Targets

PRINTING_PORTS = frozenset({515, *range(9100, 9108)})
"""LPD (RFC 1179) and raw printing: a printer prints what it hears there."""
CONNECTIONS = 128
"""TCP connections open at once."""
DEAF = 3
"""A port that has been silent this often, and never answered, is not asked again."""
_HEARD_FROM = -1

_HANDSHAKE = 3
"""Frames the kernel adds to the first of a connection: it acknowledges, hangs up, and acknowledges that the other side did."""
_HINTS = {
    "arp": "run it with sudo; root is given up once the sockets are open",
    "icmp": "run it with sudo, or allow ping sockets: sysctl -w net.ipv4.ping_group_range='0 2147483647'",
    "neighbours": "a firewall on this machine may forbid it; sudo asks by other means",
    FORBIDDEN: "run it with sudo; a firewall or container on this machine forbids the rest",
}


def _listed(addresses: Sequence[str]) -> str:
    return ", ".join(addresses[:5]) + (f" and {len(addresses) - 5} more" if len(addresses) > 5 else "")


class LiveNetwork:
    """A `Network` on a real interface. `open` may need root; everything after it does not."""

    def __init__(
        self, interface: Interface, targets: Targets, *, timeout: float, rate: float, retries: int, resolvers: Iterable[str] = ()
    ) -> None:
        self.interface = interface
        self.resolvers = tuple(resolvers)
        self._targets = targets
        self._timeout = timeout
        self._rounds = min(retries + 1, ATTEMPTS)
        self._pace = Pace(rate)
        self._reach = Reach(interface)
        self._sweepers: dict[Means, Sweeper] = {}
        self._refusals: dict[str, str] = {}
        self._problems: dict[str, Problem] = {}
        self._confirmed: set[str] = set()
        """Addresses that have answered to TCP or ICMP."""
        self._silences: dict[tuple[str, int], int] = {}
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._own = frozenset(str(a.ip) for a in interface.addresses)
        # The ends of a network on the link are no hosts; what is sent to its broadcast address goes to everybody.
        ends = (str(end) for n in interface.networks if n.prefixlen < 31 for end in (n.network_address, n.broadcast_address))
        self._unaskable = self._own | frozenset(ends)

    def open(self, wanted: Collection[Means] = ("arp", "icmp", "neighbours")) -> Self:
        """Open every socket that needs a privilege now; what is refused is left out of `abilities`."""
        media: tuple[tuple[Means, Callable[[], Medium]], ...] = (
            ("arp", lambda: ArpMedium(self.interface)),
            ("icmp", lambda: EchoMedium(self.interface, self._reach)),
            ("neighbours", lambda: NeighbourMedium(self.interface, self._reach)),
        )
        for means, medium in media:
            if means not in wanted or (means == "neighbours" and "arp" in self._sweepers):
                continue  # asks the same question by a longer way
            if means != "icmp" and (self.interface.mac is None or self.interface.is_point_to_point or self.interface.is_loopback):
                continue  # nobody to resolve on such a link
            try:
                self._sweepers[means] = Sweeper(medium(), self._pace)
            except OSError as error:
                if error.errno in (errno.ENODEV, errno.ENXIO, errno.ENETDOWN):
                    raise
                self._refusals[means] = error.strerror or str(error)
        return self

    def close(self) -> None:
        for sweeper in self._sweepers.values():
            sweeper.medium.close()

    @property
    def abilities(self) -> frozenset[str]:
        return frozenset(self._sweepers) | {"tcp", "udp"}

    @property
    def swept(self) -> frozenset[Means]:
        return frozenset(means for means, sweeper in self._sweepers.items() if sweeper.swept)

    @property
    def remembered(self) -> Mapping[str, MAC]:
        neighbours = self._sweepers.get("neighbours")
        found = neighbours.medium.remembered if neighbours and isinstance(neighbours.medium, NeighbourMedium) else {}
        return {address: mac for address, mac in found.items() if address not in self._confirmed}

    @property
    def is_alive(self) -> bool:
        state = link_state(self.interface.name)
        if state is None or not state.is_up or state.has_carrier < self.interface.has_carrier:
            return False
        return self.interface.address is None or is_own(self.interface.address)

    @property
    def refused(self) -> bool:
        return any(sweeper.refused for sweeper in self._sweepers.values())

    @property
    def refusals(self) -> dict[str, str]:
        """Why a means of sweeping is not among the abilities, in the system's words."""
        return dict(self._refusals)

    @property
    def progress(self) -> tuple[int, int]:
        """How many questions of all sweeps have had their turn, and how many there are."""
        every = self._sweepers.values()
        return sum(s.slots_passed for s in every), sum(s.slots_planned for s in every)

    @property
    def traffic(self) -> Traffic:
        dropped = sum(s.medium.dropped() for s in self._sweepers.values())
        replies = sum(s.replies for s in self._sweepers.values())
        return Traffic(self._pace.frames, self._pace.peak_pps, self._pace.mean_pps, replies, dropped)

    @property
    def problems(self) -> tuple[Problem, ...]:
        found = [*self._problems.values(), *self._missing()]
        nothing_left = not any(sweeper.sent for sweeper in self._sweepers.values())
        for means, sweeper in self._sweepers.items():
            for number, count in sweeper.refused.items():
                is_forbidden = number in (errno.EPERM, errno.EACCES)
                said = f"the system refused to send {count} questions by {means}: {os.strerror(number)}"
                hint = _HINTS[means] if is_forbidden else "is there a route to them? `ip route get ADDRESS` tells"
                found.append(Problem(FORBIDDEN if is_forbidden and nothing_left else means, said, hint))
        found += self._oddities()
        if lost := self.traffic.dropped:
            found.append(
                Problem(
                    "arp", f"the kernel dropped {lost} replies for want of buffer space", "scan slower with --rate, or scan again"
                )
            )
        return tuple(found)

    def _oddities(self) -> Iterable[Problem]:
        """What was heard and not believed."""
        if gone := sorted(self.remembered, key=IPv4Address):
            said = f"left out neighbours the kernel remembers, which gave no sign of life: {_listed(gone)}"
            yield Problem("neighbours", said, "they have gone, or keep silent: scan again in a minute, or with sudo")
        for sweeper in self._sweepers.values():
            if flooded := sorted(sweeper.flooded, key=IPv4Address):
                said = (
                    f"more than {MACS} MAC addresses answered for each of these, and only the first are kept: {_listed(flooded)}"
                )
                yield Problem("arp", said, "something on this network forges ARP replies")

    def _missing(self) -> Iterable[Problem]:
        """What could have been asked with more privilege."""
        if not self._sweepers:
            why = "; ".join(f"{means}: {reason}" for means, reason in self._refusals.items())
            yield Problem(
                FORBIDDEN, f"the system lets nothing be asked here ({why or 'no probe asks anything'})", _HINTS[FORBIDDEN]
            )
            return
        without = "without CAP_NET_RAW" if os.geteuid() == 0 else "without root"
        if "arp" in self._refusals and "neighbours" in self._sweepers:
            said = (
                f"{without} the kernel's neighbour table is asked instead of ARP frames: a second MAC at one address goes unseen"
            )
            yield Problem("arp", said, _HINTS["arp"])
        elif "arp" in self._refusals and "neighbours" in self._refusals:
            yield Problem("arp", f"{without} no MAC addresses can be asked for on this system", _HINTS["arp"])
        if "icmp" in self._refusals:
            said = "neither raw nor ping sockets are allowed: no round-trip times, no TTL, nothing behind routers"
            yield Problem("icmp", said, _HINTS["icmp"])

    async def sweep(self, means: Means, targets: Iterable[str]) -> Replies:
        if not (sweeper := self._sweepers.get(means)):
            raise PermissionError(errno.EPERM, self._refusals.get(means, "not opened"))
        others: Iterable[str]
        if isinstance(targets, Targets):
            others = targets.outside(IPv4Network(a) for a in self._unaskable if ":" not in a)
        else:
            others = [t for t in targets if t in self._targets and t not in self._unaskable]
        async with aclosing(sweeper.sweep(others, rounds=self._rounds, timeout=self._timeout)) as replies:
            async for reply in replies:
                self._confirmed.add(reply.address)
                yield reply

    async def tcp(self, address: str, port: int, send: bytes = b"", limit: int = 0) -> Stream | None:
        if port in PRINTING_PORTS:
            raise ValueError(f"port {port} prints what it hears")
        if not self._may_speak_to(address):
            return None
        loop = asyncio.get_running_loop()
        async with self._places:
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
                stream.setblocking(False)
                if address not in self._own:
                    bind_to(stream, self.interface)
                    await self._pace.turn(self._reach.frames(int(IPv4Address(address))))
                data = b""
                try:
                    async with asyncio.timeout(self._timeout):
                        await loop.sock_connect(stream, (address, port))
                except ConnectionRefusedError:
                    self._confirmed.add(address)
                    return Stream("closed")
                except (TimeoutError, OSError) as error:
                    self._note_refusal("tcp", error)
                    return None
                self._confirmed.add(address)
                try:
                    async with asyncio.timeout(self._timeout):
                        if send:
                            await loop.sock_sendall(stream, send)
                        while len(data) < limit and (more := await loop.sock_recv(stream, limit - len(data))):
                            data += more
                except (TimeoutError, OSError):
                    pass  # what was heard until then is still an answer
                if address not in self._own:
                    self._pace.sent(_HANDSHAKE)
                return Stream("open", data)

    async def udp(self, address: str, port: int, payload: bytes, limit: int = 1500) -> bytes | None:
        if port in PRINTING_PORTS:
            raise ValueError(f"port {port} prints what it hears")
        is_resolver = address in self.resolvers
        if not is_resolver and not self._may_speak_to(address):
            return None
        if self._silences.get((address, port), 0) >= DEAF:
            return None
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as datagram:
            datagram.setblocking(False)
            try:
                if not is_resolver:  # a resolver may be behind another interface, or on this machine
                    bind_to(datagram, self.interface)
                datagram.connect((address, port))  # so that the kernel lets only that address and port answer
                await self._pace.turn(1 if ":" in address else self._reach.frames(int(IPv4Address(address))))
                async with asyncio.timeout(self._timeout):
                    await loop.sock_sendall(datagram, payload)
                    answer = await loop.sock_recv(datagram, limit + 1)
            except OSError as error:  # TimeoutError among them
                self._note_refusal("udp", error)
                self._grow_deaf(address, port, is_refused=error.errno is not None)
                return None
        self._silences[address, port] = _HEARD_FROM
        return answer if len(answer) <= limit else None

    def _grow_deaf(self, address: str, port: int, *, is_refused: bool) -> None:
        """Who never answers is not asked for ever: one resolver serves all hosts, and each would wait for it."""
        before = self._silences.get((address, port), 0)
        if before != _HEARD_FROM:
            self._silences[address, port] = DEAF if is_refused else before + 1

    def _may_speak_to(self, address: str) -> bool:
        if address in self._own or (address in self._targets and address not in self._unaskable):
            return True
        self._problems.setdefault(
            f"outside {address}" if len(self._problems) < 32 else "outside",
            Problem("door", f"did not speak to {address}: it is not among the targets"),
        )
        return False

    def _note_refusal(self, verb: str, error: BaseException) -> None:
        """A firewall on this machine speaks by EPERM or EACCES; everything else is the network's silence."""
        if isinstance(error, PermissionError):
            self._problems.setdefault(
                verb,
                Problem(verb, f"this system forbids {verb.upper()}: {error.strerror}", "look at its firewall's output rules"),
            )
