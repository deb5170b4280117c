"""What a probe is: a question, a way to read the answer, and a declaration of what it tells and wants."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.net.targets import Targets

Answers = AsyncGenerator[Answer, None]


@dataclass(frozen=True, slots=True)
class LinkProbe:
    """Asks many addresses at once; what it hears makes hosts."""

    name: str
    summary: str
    """One line for `netinv doctor` and the README."""
    tells: tuple[str, ...]
    """The evidence keys it may report."""
    ask: Callable[[Network, Targets], Answers]
    needs: frozenset[str] = frozenset()
    """Abilities of the network without which it is not asked: `arp`, `icmp`, `neighbours`."""
    spares: frozenset[str] = frozenset()
    """Abilities that make it superfluous: the neighbour table is read only where frames cannot be sent."""
    proves: frozenset[str] = frozenset()
    """Those of `tells` that prove a device is there now."""


@dataclass(frozen=True, slots=True)
class HostProbe:
    """Asks one host that is there; asked once per host, as soon as everything it `wants` has been heard."""

    name: str
    summary: str
    tells: tuple[str, ...]
    ask: Callable[[Network, Host], Answers]
    wants: tuple[str, ...] = ()
    """Evidence keys that must have been heard of the host before it makes sense to ask."""
    needs: frozenset[str] = frozenset()


Probe = LinkProbe | HostProbe
