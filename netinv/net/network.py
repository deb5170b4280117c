"""The door: the verbs a probe may use, and the only way to the outside.

A `Network` is bound to one interface. It owns patience (timeout), pace (packets a second) and the refusal to speak to an
address outside the targets, so that no probe has to.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from netinv.model import MAC, Interface, Problem, Traffic

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


Replies = AsyncGenerator[Reply, None]

Means = Literal["arp", "icmp", "neighbours"]
"""How a sweep asks: ARP requests as raw frames; ICMP echo; or datagrams that make the kernel's neighbour table ask."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What came of a TCP connection: `open` with the first bytes heard, or `closed` (reset, so a device is there)."""

    state: Literal["open", "closed"]
    data: bytes = b""


class Network(Protocol):
    """The door as probes see it. No verb raises for silence; OSError means the network itself failed."""

    @property
    def interface(self) -> Interface:
        """The interface everything leaves by."""

    @property
    def abilities(self) -> frozenset[str]:
        """What the system lets us do here: some of `arp`, `icmp`, `neighbours`, `tcp`, `udp`."""

    @property
    def resolvers(self) -> tuple[str, ...]:
        """Whom to ask for names; the only addresses outside the targets it speaks to."""

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

    def sweep(self, means: Means, targets: Iterable[str]) -> Replies:
        """Ask every target, keep asking the silent in later rounds, and yield each answer as it comes.

        An address may answer more than once with different MACs (an address conflict); the same answer is yielded once.
        """

    async def tcp(self, address: str, port: int, send: bytes = b"", limit: int = 0) -> Stream | None:
        """Connect, send, and read up to `limit` bytes; None for silence. Ports that print what they hear are refused."""

    async def udp(self, address: str, port: int, payload: bytes, limit: int = 1500) -> bytes | None:
        """Send one datagram and return the first that comes back from that address and port; None for silence.

        An answer of more than `limit` bytes counts as silence.
        """

    def close(self) -> None:
        """Let go of every socket."""
