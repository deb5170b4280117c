"""What the virtual LAN saw: honest counts of every frame it was sent, taken on the far side of the wire."""

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from netinv.lab import packets
from netinv.lab.packets import Packet

PRINTS_WHAT_IT_HEARS = frozenset({515, *range(9100, 9108)})
"""LPD (RFC 1179) and raw printing: a byte sent there comes out on paper."""
WINDOWS = {"10ms": 0.010, "100ms": 0.100}
_ADDRESS_LIMIT = 1 << 17
_FOLD = 1 << 20
"""Moments kept before their fullest windows are looked for, which takes a while: seldom is a LAN asked so much."""
_PROTOCOLS = {packets.ICMP: "icmp", packets.TCP: "tcp", packets.UDP: "udp", packets.ICMPV6: "icmpv6"}


@dataclass(frozen=True, slots=True)
class Counters:
    """One reading. Times are the kernel's, from the moment a frame arrived."""

    frames: int = 0
    """ARP, IPv4, and the questions of IPv6: what a scanner and its kernel cause. IPv6 chatter is in `kinds` only."""
    kinds: Mapping[str, int] = field(default_factory=dict)
    """Frames by kind: arp, arp_broadcast, icmp, icmpv6, tcp, tcp_syn, udp, dns, group, ipv6, malformed, other."""
    asked: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How often each address was asked, by kind: arp, icmp and icmpv6 (echo), tcp_syn, udp."""
    peaks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """The fullest 10 and 100 ms wherever they begin, scaled to a second; for all frames and by the kinds of `asked`."""
    span: float = 0.0
    """Seconds from the first frame to the last."""
    replies: int = 0
    answered: int = 0
    """Addresses that got at least one reply out."""
    lost: int = 0
    """Questions, and answers, that the lab itself lost, as told."""
    held_back: int = 0
    """Frames that storm control let not pass, as told; they are counted above like all others."""
    asleep: int = 0
    """Questions to a device asleep."""
    strays: int = 0
    """Frames for addresses outside the lab's networks; a scan should cause none."""
    forbidden_connects: int = 0
    """Connections attempted, and datagrams sent, to ports that print."""
    forbidden_bytes: int = 0
    """Bytes sent to ports that print: each is a fault."""
    dropped: int = 0
    """Frames the responder's kernel buffer had no room for: not counted above, and never answered."""
    late_ms: float = 0.0
    """How long a frame waited at the worst before the responder came to it: much of it, and the machine was too busy to judge."""
    unsent: int = 0
    """Answers the kernel would not take."""
    errors: int = 0
    """Frames that made the lab itself stumble: a bug in the lab."""

    def peak(self, kind: str = "all", window: str = "100ms") -> int:
        """Packets a second in the fullest window."""
        return self.peaks.get(kind, {}).get(window, 0)


class Tally:
    """Counts while the responder runs."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        """The plain integers of Counters, by name."""
        self.kinds: Counter[str] = Counter()
        self.reset()

    def reset(self) -> None:
        """Begin again."""
        self.counts.clear()
        self.kinds.clear()
        self._asked: dict[str, dict[bytes, int]] = {}
        self._answered: set[str] = set()
        self._moments: dict[str, _Moments] = {}
        self._first: float | None = None
        self._last = 0.0
        self._late = 0.0

    def frame(self, kind: str, at: float) -> None:
        """A frame of ARP or IPv4 arrived."""
        self.counts["frames"] += 1
        self.kinds[kind] += 1
        self._first = at if self._first is None else self._first
        self._last = at
        self._note("all", at)

    def question(self, kind: str, address: bytes, at: float) -> None:
        """Somebody was asked; `address` as it is on the wire."""
        asked = self._asked.get(kind)
        if asked is None:
            asked = self._asked[kind] = {}
        if address in asked or len(asked) < _ADDRESS_LIMIT:
            asked[address] = asked.get(address, 0) + 1
        self._note(kind, at)

    def request(self, address: bytes, at: float, *, is_broadcast: bool) -> None:
        """An ARP request arrived: the same as `frame` and `question`, and much of what a sweep's time goes into."""
        self.frame("arp", at)
        if is_broadcast:
            self.kinds["arp_broadcast"] += 1
        self.question("arp", address, at)

    def late(self, by: float) -> None:
        """A frame had been waiting for so many seconds before the responder came to it."""
        if by > self._late:
            self._late = by

    def packet(self, packet: Packet, at: float) -> None:
        """An IPv4 or IPv6 packet arrived."""
        address = packet.destination
        self.frame(_PROTOCOLS.get(packet.protocol, "other"), at)
        if packet.protocol == packets.ICMP:
            if packet.payload[:1] == b"\x08":  # an echo request (RFC 792)
                self.question("icmp", address, at)
        elif packet.protocol == packets.ICMPV6:
            if packet.payload[:1] == b"\x80":  # an echo request (RFC 4443, 4.1)
                self.question("icmpv6", address, at)
        elif packet.protocol == packets.TCP and (segment := packets.read_tcp(packet.payload)):
            if asks := packets.is_syn(packet):
                self.kinds["tcp_syn"] += 1
                self.question("tcp_syn", address, at)
            self._guard(segment.port, asks, segment.data)
        elif packet.protocol == packets.UDP and (datagram := packets.read_udp(packet.payload)):
            if datagram.port == 53:
                self.kinds["dns"] += 1
            self.question("udp", address, at)
            self._guard(datagram.port, True, datagram.data)

    def reply(self, address: str) -> None:
        self.counts["replies"] += 1
        self._answered.add(address)

    def reading(self) -> dict[str, Any]:
        """The fields of `Counters`, ready for JSON."""
        peaks = {kind: moments.peaks() for kind, moments in self._moments.items()}
        asked = {kind: {str(ip_address(a)): times for a, times in each.items()} for kind, each in self._asked.items()}
        span = round(self._last - self._first, 6) if self._first is not None else 0.0
        more = {
            "kinds": self.kinds,
            "asked": asked,
            "peaks": peaks,
            "span": span,
            "answered": len(self._answered),
            "late_ms": round(self._late * 1000, 3),
        }
        return {**self.counts, **more}

    def _guard(self, port: int, asks: bool, data: bytes) -> None:
        if port in PRINTS_WHAT_IT_HEARS:
            self.counts["forbidden_connects"] += asks
            self.counts["forbidden_bytes"] += len(data)

    def _note(self, kind: str, at: float) -> None:
        moments = self._moments.get(kind)
        if moments is None:
            moments = self._moments[kind] = _Moments()
        moments.recent.append(at)
        if len(moments.recent) >= _FOLD:
            moments.fold()


class _Moments:
    """When things of one kind happened lately, and how full the fullest windows were."""

    def __init__(self) -> None:
        self.recent: array[float] = array("d")
        """Only written to as things happen: what follows from it is found out when somebody wants to know."""
        self._most = dict.fromkeys(WINDOWS, 0)

    def peaks(self) -> dict[str, int]:
        """Events a second in the fullest window of each length."""
        self.fold()
        return {window: round(self._most[window] / length) for window, length in WINDOWS.items()}

    def fold(self) -> None:
        """Look for the fullest windows, and forget what cannot be part of one any more."""
        recent = self.recent
        for window, length in WINDOWS.items():
            most, first = self._most[window], 0
            for last, at in enumerate(recent):
                while recent[first] <= at - length:
                    first += 1
                if last - first >= most:
                    most = last - first + 1
            self._most[window] = most
        if recent:
            longest = max(WINDOWS.values())
            self.recent = array("d", (at for at in recent if at > recent[-1] - longest))
