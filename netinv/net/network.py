"""The door: the verbs a probe may use, and the only way to the outside.

A `Network` is bound to one interface. It owns patience (timeout), pace (packets a second) and the refusal to speak to an
address outside the targets, so that no probe has to.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from netinv.model import MAC, Interface, Problem, Traffic
from netinv.net.overheard import Overheard, Topic
from netinv.net.system import System

EVERYBODY = "255.255.255.255"
"""The group of all on the link: what is for them goes to the broadcast address of each of its IPv4 networks (RFC 919, 7)."""
FORBIDDEN = "privileges"
"""The source of a `Problem` that says the system let no question leave at all."""


class Reply(NamedTuple):
    """An answer to a sweep that fits a question in flight."""

    address: str
    mac: MAC | None = None
    rtt_ms: float | None = None
    ttl: int | None = None
    attempt: int = 1
    """In which round of asking it came, from 1."""
    said: str | None = None
    """`open` or `closed`, where it was a TCP port that was asked."""
    is_router: bool = False
    """It says so itself, over IPv6 (RFC 4861, 4.4)."""


Replies = AsyncGenerator[Reply, None]

Expectation = Mapping[str, MAC | None]
"""Who should be in one network: IPv4 addresses, with the MAC of who was heard there, where it is known; the last heard first."""

Means = Literal["arp", "icmp", "icmpv6", "neighbours", "tcp-ping"]
"""How a sweep asks: ARP requests as raw frames; ICMP or ICMPv6 echo; datagrams that make the kernel's neighbour table ask; or TCP
connects. ICMPv6 may ask a multicast group of the link such as ff02::1: whoever is in it answers, and nobody has to be named.
"""


@dataclass(frozen=True, slots=True)
class Stream:
    """What came of a TCP connection: `open` with the first bytes heard, or `closed` (reset, so a device is there)."""

    state: Literal["open", "closed"]
    data: bytes = b""


class Datagram(NamedTuple):
    """What came back to a question asked of a group."""

    address: str
    """Who sent it, in canonical form (RFC 5952), without a zone."""
    port: int
    payload: bytes


class Network(Protocol):
    """The door as probes see it. No verb raises for silence; OSError means the network itself failed."""

    @property
    def interface(self) -> Interface:
        """The interface everything leaves by."""

    @property
    def system(self) -> System:
        """The machine that it is open on."""

    @property
    def abilities(self) -> frozenset[str]:
        """What the system lets us do here: some of `arp`, `icmp`, `icmpv6`, `listen`, `neighbours`, `multicast`, `tcp`, `udp`."""

    @property
    def resolvers(self) -> tuple[str, ...]:
        """Whom to ask for names; the only addresses outside the targets it speaks to."""

    @property
    def communities(self) -> tuple[str, ...]:
        """The SNMP communities to ask with, one after the other (RFC 1157, 3.2.5)."""

    @property
    def swept(self) -> frozenset[Means]:
        """The means by which targets have really been asked whether they are there."""

    @property
    def remembered(self) -> Mapping[str, MAC]:
        """Targets the kernel holds for reachable from before, that have given no sign of their own since they were asked."""

    @property
    def is_alive(self) -> bool:
        """Whether the interface is still as it was when the network was opened."""

    @property
    def refused(self) -> bool:
        """Whether the system has refused to ask some of the targets."""

    @property
    def traffic(self) -> Traffic:
        """What has been sent and heard so far."""

    @property
    def progress(self) -> tuple[int, int]:
        """How many questions of all sweeps have had their turn, and how many there are."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the door itself could not do."""

    def sweep(self, means: Means, targets: Iterable[str], *, rounds: int | None = None) -> Replies:
        """Ask every target, keep asking the silent in later rounds, and yield each answer as it comes.

        `rounds` is how often the silent are asked in all; None for as often as the scan was told to.

        An address may answer more than once with different MACs (an address conflict); the same answer is yielded once.
        """

    async def tcp(self, address: str, port: int, send: bytes = b"", limit: int = 0, *, keep: bool = False) -> Stream | None:
        """Connect, send, and read up to `limit` bytes; None for silence. Ports that print what they hear are refused.

        `keep` leaves the connection open for a moment, for the next who wants to `connect` there.
        """

    async def connect(self, address: str, port: int) -> int | None:
        """Open a connection, or take over one that was kept; its number, or None for who is silent or refuses.

        Each wait in it takes at most `timeout`, and all of them together a few, however slowly the peer speaks; what can be heard
        in all is bounded, too. Whoever connects has to hang up. Ports that print what they hear are refused.
        """

    async def secure(self, connection: int) -> bytes | None:
        """Speak TLS of any version from now on, with whoever it is; None, and nothing more is heard, if that fails.

        The certificate shown is returned as DER (RFC 5280), empty if there was none. Nobody has checked it.
        """

    async def exchange(self, connection: int, say: bytes = b"", limit: int = 0) -> bytes:
        """Send `say`, and return the next bytes heard, at most `limit`; none once nothing more comes."""

    async def hang_up(self, connection: int) -> None:
        """Say goodbye."""

    async def udp(self, address: str, port: int, payload: bytes, limit: int = 1500) -> bytes | None:
        """Send one datagram and return the first that comes back from that address and port; None for silence.

        An answer of more than `limit` bytes counts as silence.
        """

    def multicast(self, group: str, port: int, payload: bytes, *, limit: int = 9000) -> AsyncGenerator[Datagram, None]:
        """Send a datagram to a multicast group of the link, once more a second later, and yield each that comes back to its port.

        Ends `timeout` seconds after the last sending, or after some thousand answers; the same answer may come to each
        sending. Only those the scan concerns are heard, and of them nothing longer than `limit` bytes (an mDNS message has up
        to 9,000: RFC 6762, 17). Needs no privilege. ValueError for a group beyond the link. `EVERYBODY` is a group, too.
        """

    def listen(self, *topics: Topic) -> AsyncGenerator[Overheard, None]:
        """Everything devices on the link say to everybody on these topics; nothing is sent for it.

        It does not end by itself. A flood is cut, and counted. PermissionError where `listen` is not among the abilities.
        """

    def close(self) -> None:
        """Let go of every socket."""
