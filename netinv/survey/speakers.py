"""Who may speak for an address: whoever answers ARP for it, and not everybody who writes it into the frames that he sends.

Any device can send a datagram in another's name. Where frames are heard, so is whose they are; and ARP (RFC 826), or neighbour
discovery (RFC 4861), tells who has the address.
"""

from collections.abc import Iterator

from netinv.model import MAC, Answer, Notice, Saying
from netinv.probes.base import Probe

MANY = 8
"""Addresses of one MAC that are more than one host has: it answers for others, who may well speak for themselves."""
ADDRESSES = 65_536
"""Of which it is remembered who has them."""
WAITING, EACH = 8192, 256
"""Answers kept until it is known who has their address, in all and of one; and borrowers told of."""


class Speakers:
    """Of one survey: who has which address, and what others say in their name."""

    def __init__(self, *, waits: bool) -> None:
        """`waits`: whoever has an address is being asked for, so what is said in its name can wait until that is over."""
        self._waits = waits
        self._owners: dict[str, set[str]] = {}
        """The MACs that answer for each address."""
        self._owned: dict[str, set[str]] = {}
        """The other way round, and of IPv4 alone: of IPv6 every host has several."""
        self._waiting: dict[str, dict[tuple[Saying, MAC], Probe]] = {}
        self._count = 0
        self._borrowers: dict[Notice, bool] = {}
        """Whether they have been told of."""

    def hear(self, probe: Probe, answer: Answer) -> Iterator[tuple[Probe, Answer]]:
        """What is to be believed now that this has been heard: this, and what has waited for it; or nothing yet, or ever."""
        if not isinstance(answer, Saying) or answer.by is None:
            yield probe, answer
            if answer.key == "mac" and not isinstance(answer, Saying):
                yield from self._meet(answer.address, answer.value)
        elif self._may_speak(answer):
            yield probe, answer
        elif self._waits:
            self._keep(probe, answer, answer.by)
        else:
            self._doubt(answer)

    def end(self) -> Iterator[tuple[Probe, Answer]]:
        """Wait no longer: where nobody has shown to have an address, whoever speaks for it is believed as before."""
        self._waits = False
        waiting, self._waiting = self._waiting, {}
        for kept in waiting.values():
            for (answer, _), probe in kept.items():
                if self._may_speak(answer):
                    yield probe, answer
                else:
                    self._doubt(answer)

    def borrowers(self) -> Iterator[Notice]:
        """Those who speak in another's name, each once: kind `address.borrowed`, whose address, who speaks, and who has it."""
        for notice, is_told in self._borrowers.items():
            if not is_told:
                self._borrowers[notice] = True
                yield notice

    def _meet(self, address: str, mac: str) -> Iterator[tuple[Probe, Answer]]:
        if address not in self._owners and len(self._owners) >= ADDRESSES:
            return
        self._owners.setdefault(address, set()).add(mac)
        if ":" not in address:
            self._owned.setdefault(mac, set()).add(address)
        kept = self._waiting.pop(address, {})
        self._count -= len(kept)
        for (answer, by), probe in kept.items():
            if self._may_speak(answer):
                yield probe, answer
            else:  # another may have the address, too
                self._keep(probe, answer, by)

    def _keep(self, probe: Probe, answer: Saying, by: MAC) -> None:
        kept = self._waiting.get(answer.address, {})
        if self._count < WAITING and len(kept) < EACH and (answer, by) not in kept:
            self._waiting.setdefault(answer.address, kept)[answer, by] = probe
            self._count += 1

    def _may_speak(self, answer: Saying) -> bool:
        owners = self._owners.get(answer.address)
        if owners is None:
            return not self._waits
        return answer.by in owners or any(MAC(mac).is_shared or self._is_proxy(mac) for mac in owners)

    def _is_proxy(self, mac: str) -> bool:
        return len(self._owned.get(mac, ())) >= MANY

    def _doubt(self, answer: Saying) -> None:
        notice = Notice("address.borrowed", answer.address, answer.by, " and ".join(sorted(self._owners[answer.address])))
        if len(self._borrowers) < WAITING:
            self._borrowers.setdefault(notice, False)
