"""Whom to ask what, each once: every host that is there, as soon as what a probe wants to know before it asks has been heard."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from netinv.model import Host
from netinv.net.addresses import preference
from netinv.probes.base import HintProbe, HostProbe, Probe, ServiceProbe
from netinv.survey.events import Settled

ADDRESSES = 4
"""Addresses at which the device behind one MAC is asked what it is, for IPv4 and IPv6 each. One with more answers for others
(proxy ARP), and asking at each of them would ask the same device, or nobody, hundreds of times."""
EACH = 3
"""Values of one key for each of which one host is asked: a home router describes itself in half a dozen places, all the same."""
HINTS = 8
"""Things that what is heard of one host may hint at, by which one probe asks it: who hints at more wants to be asked."""

_DISTINCT = frozenset({"local.self", "route.gateway"})
"""Of whom this is known is asked at this address, however many others the MAC answers for."""


class Question(NamedTuple):
    """One host to be asked by one probe."""

    probe: HostProbe | ServiceProbe | HintProbe
    host: Host
    about: int | str = 0
    """The port of its service, or what was hinted at; 0 where the host itself is asked."""


class Curiosity:
    """What is left to ask in one survey."""

    def __init__(self, probes: Iterable[Probe], familiar: Collection[str] = ()) -> None:
        """Who is `familiar`, by MAC or where there is none by address, is not asked what it is."""
        chosen = tuple(probes)
        self._hosts = [p for p in chosen if isinstance(p, HostProbe)]
        self._services = [p for p in chosen if isinstance(p, ServiceProbe)]
        self._hinted = [p for p in chosen if isinstance(p, HintProbe)]
        self._familiar = frozenset(familiar)
        self._asked: set[tuple[str, str, str]] = set()
        """Address, name of the probe, and the value or port it was asked about."""
        self._asked_at: dict[tuple[str, bool], set[str]] = {}
        """Addresses at which host probes are asked, by MAC and whether they are IPv6."""
        self._sharing: dict[str, set[str]] = {}
        """The addresses of each MAC."""
        self._preferred: dict[str, str] = {}
        """The one of them by which it is spoken to; kept, since one MAC may answer for thousands."""
        self._spared: set[str] = set()
        """IPv6 addresses of devices that are asked at another address."""
        self._known: set[str] = set()
        """Addresses that have been asked, or settled without a question."""
        self._alone: set[str] = set()
        """IPv6 addresses whose devices have had their time to show an IPv4 one, and the MACs of those devices."""
        self.is_finding = True
        """Whether devices are still looked for: then it is not known yet which have an IPv6 address only."""

    def meet(self, host: Host) -> tuple[str, ...]:
        """Note whose address it is; other addresses about which that may change what to ask."""
        changed: list[str] = []
        for mac in host.all("mac"):
            shared = self._sharing.setdefault(mac, set())
            if host.address in shared:
                continue
            shared.add(host.address)
            before = self._preferred.get(mac, host.address)
            now = self._preferred[mac] = min(before, host.address, key=preference)
            if (":" in before and ":" not in now) or (host.address in self._alone and mac not in self._alone):
                changed += [other for other in shared if ":" in other]  # they wait no longer
            elif now != before and ":" in before:
                changed.append(before)
            if host.address in self._alone:
                self._alone.add(mac)
        return tuple(changed)

    def wait_no_longer(self, host: Host) -> None:
        """Its device has had the time to show an IPv4 address."""
        self._alone.update((host.address, *host.all("mac")))

    def consider(self, host: Host) -> Iterator[Question | Settled]:
        """What to ask this host now, and whether it is settled without being asked."""
        if ":" in host.address and self._waits(host):
            return
        if ":" in host.address and self._is_spared(host):
            yield from self._leave(host.address, self._spared)
            return
        keys = {e.key for e in host.evidence} | {f"{e.key}={e.value}" for e in host.evidence}
        if keys.isdisjoint(_DISTINCT) and not self._is_worth_asking(host):
            return
        if self._familiar and self._familiar.issuperset(host.all("mac") or (host.address,)):
            yield from self._leave(host.address, self._known)
            return
        for probe in self._hosts:
            if keys.issuperset(probe.wants):
                for value, one in _each(host, probe.each):
                    if self._is_new((host.address, probe.name, value)):
                        yield Question(probe, one)
        for service in self._services:
            for port in service.ports:
                if f"tcp.{port}=open" in keys and self._is_new((host.address, service.name, str(port))):
                    yield Question(service, host, port)
        for hinted in self._hinted:
            for hint in _hints(hinted, host):
                if self._is_new((host.address, hinted.name, hint)):
                    yield Question(hinted, host, hint)
        if not self._hosts:
            yield from self._leave(host.address, self._known)

    def _leave(self, address: str, once: set[str]) -> Iterator[Settled]:
        """Nothing more will be asked of it; said `once`."""
        if address not in once:
            once.add(address)
            yield Settled(address)

    def _is_new(self, question: tuple[str, str, str]) -> bool:
        """Note that this is asked; False if it has been before."""
        if question in self._asked:
            return False
        self._asked.add(question)
        self._known.add(question[0])
        return True

    def _waits(self, host: Host) -> bool:
        """Whether its device may yet show an IPv4 address to be asked at."""
        return self.is_finding and self._alone.isdisjoint((host.address, *host.all("mac"))) and ":" in self._asked_by(host)

    def _is_spared(self, host: Host) -> bool:
        """Whether its device is asked at another address, by IPv4 if it has any."""
        return host.address != self._asked_by(host)

    def _asked_by(self, host: Host) -> str:
        """Of all addresses of its device the one by which it is spoken to."""
        others = (self._preferred[mac] for mac in host.all("mac") if mac in self._preferred)
        return min((host.address, *others), key=preference)

    def _is_worth_asking(self, host: Host) -> bool:
        """Whether somebody may be at this address who is not asked at enough others."""
        macs = host.all("mac")
        taken = [self._asked_at.setdefault((mac, ":" in host.address), set()) for mac in macs]
        room = [addresses for addresses in taken if host.address in addresses or len(addresses) < ADDRESSES]
        for addresses in room:
            addresses.add(host.address)
        return bool(room) or not macs


def _each(host: Host, key: str | None) -> Iterator[tuple[str, Host]]:
    """The host once for each of the first values it has of this key, with only that one; without a key, once as it is."""
    if key is None:
        yield "", host
        return
    for value in host.all(key)[:EACH]:
        yield value, Host(host.address, tuple(e for e in host.evidence if e.key != key or e.value == value))


def _hints(probe: HintProbe, host: Host) -> tuple[str, ...]:
    """The first things that what has been heard hints at."""
    found = (hint for e in host.evidence if e.key in probe.hears for hint in probe.hints(e.key, e.value))
    return tuple(dict.fromkeys(found))[:HINTS]
