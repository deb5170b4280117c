"""What the virtual LAN saw: honest counts of every frame it was sent, taken on the far side of the wire."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from netinv.lab import packets
from netinv.lab.packets import Packet

PRINTS_WHAT_IT_HEARS = frozenset({515, *range(9100, 9108)})
"""LPD (RFC 1179) and raw printing: a byte sent there comes out on paper."""
WINDOWS = {"10ms": 0.010, "100ms": 0.100}
_ADDRESS_LIMIT = 65_536
_PROTOCOLS = {packets.ICMP: "icmp", packets.TCP: "tcp", packets.UDP: "udp"}


@dataclass(frozen=True, slots=True)
class Counters:
    """One reading. Times are the kernel's, from the moment a frame arrived."""

    frames: int = 0
    """ARP and IPv4: what a scanner and its kernel cause. IPv6 chatter and the like are in `kinds` only."""
    kinds: Mapping[str, int] = field(default_factory=dict)
    """Frames by kind: arp, arp_broadcast, icmp, tcp, tcp_syn, udp, dns, group, ipv6, malformed, other."""
    asked: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How often each address was asked, by kind: arp, icmp (echo), tcp_syn, udp."""
    peaks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """The fullest 10 and 100 ms wherever they begin, scaled to a second; for all frames and by the kinds of `asked`."""
    span: float = 0.0
    """Seconds from the first frame to the last."""
    replies: int = 0
    answered: int = 0
    """Addresses that got at least one reply out."""
    lost: int = 0
    """Questions the lab itself lost, as told."""
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
        self._asked: dict[str, Counter[str]] = {}
        self._answered: set[str] = set()
        self._peaks: dict[tuple[str, str], _Peak] = {}
        self._first: float | None = None
        self._last = 0.0

    def frame(self, kind: str, at: float) -> None:
        """A frame of ARP or IPv4 arrived."""
        self.counts["frames"] += 1
        self.kinds[kind] += 1
        self._first = at if self._first is None else self._first
        self._last = at
        self._peak("all", at)

    def question(self, kind: str, address: str, at: float) -> None:
        asked = self._asked.setdefault(kind, Counter())
        if address in asked or len(asked) < _ADDRESS_LIMIT:
            asked[address] += 1
        self._peak(kind, at)

    def packet(self, packet: Packet, address: str, at: float) -> None:
        """An IPv4 packet for `address` arrived."""
        self.frame(_PROTOCOLS.get(packet.protocol, "other"), at)
        if packet.protocol == packets.ICMP:
            if packet.payload[:1] == b"\x08":  # an echo request (RFC 792)
                self.question("icmp", address, at)
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
        peaks: dict[str, dict[str, int]] = {}
        for (kind, window), peak in self._peaks.items():
            peaks.setdefault(kind, {})[window] = round(peak.most / WINDOWS[window])
        span = round(self._last - self._first, 6) if self._first is not None else 0.0
        more = {"kinds": self.kinds, "asked": self._asked, "peaks": peaks, "span": span, "answered": len(self._answered)}
        return {**self.counts, **more}

    def _guard(self, port: int, asks: bool, data: bytes) -> None:
        if port in PRINTS_WHAT_IT_HEARS:
            self.counts["forbidden_connects"] += asks
            self.counts["forbidden_bytes"] += len(data)

    def _peak(self, kind: str, at: float) -> None:
        for window, length in WINDOWS.items():
            peak = self._peaks.get((kind, window))
            if peak is None:
                peak = self._peaks[kind, window] = _Peak(length)
            peak.add(at)


class _Peak:
    """The most events in any window of a given length."""

    def __init__(self, length: float) -> None:
        self.most = 0
        self._length = length
        self._recent: deque[float] = deque()

    def add(self, at: float) -> None:
        recent = self._recent
        recent.append(at)
        while recent[0] <= at - self._length:
            recent.popleft()
        self.most = max(self.most, len(recent))
