"""What has been heard of each address: cleaned, dated, signed by the probe that heard it, kept once, and never too much of it."""

from collections.abc import Callable
from datetime import datetime

from netinv.model import MAC, Answer, Evidence, Host, Notice
from netinv.net.scope import Scope
from netinv.probes.base import LinkProbe, Probe
from netinv.survey.events import Noticed
from netinv.text import clean

FACTS = 256
"""Facts kept of one address; no honest host tells more."""
NOTICES = 1024
"""Notices kept of one kind, each once: a flood of one kind must not hide another."""
STRANGERS = 1024
"""MAC addresses of which something is kept until it is known where they are, and facts kept of each."""
STRANGE_FACTS = 32


class Dossiers:
    """Of one survey, within its scope."""

    def __init__(self, scope: Scope, now: Callable[[], datetime]) -> None:
        self._scope = scope
        self._now = now
        self._facts: dict[str, dict[tuple[str, str], Evidence]] = {}
        self._notices: dict[str, set[Notice]] = {}
        self._present: set[str] = set()
        self._at: dict[str, str] = {}
        """The first address each MAC has shown itself at, where nobody did before it."""
        self._strangers: dict[MAC, list[tuple[Probe, Answer]]] = {}
        """What was told of MAC addresses that have none yet."""

    def host(self, address: str) -> Host:
        return Host(address, tuple(self._facts[address].values()))

    @property
    def present(self) -> frozenset[str]:
        """Addresses at which somebody has proved to be."""
        return frozenset(self._present)

    def take(self, probe: Probe, answer: Answer) -> list[Evidence]:
        """What is new by this answer, all of one host that is there; ValueError for what the probe does not declare.

        What was told before the host proved to be there comes with the proof, its MAC first: whose address it is.
        """
        address, key, value = answer
        if key not in probe.tells:
            raise ValueError(f"told {key}, which it does not declare")
        if isinstance(address, MAC):
            if not (known := self._at.get(address)):
                self._keep(probe, answer)
                return []
            address = known
        if address not in self._scope:
            return []
        value = clean(value)
        facts = self._facts.setdefault(address, {})
        if (key, value) in facts or len(facts) >= FACTS or not value:
            return []
        new = facts[key, value] = Evidence(address, key, value, probe.name, self._now())
        if address in self._present:
            return [new, *self._introduce(address)]
        if not (isinstance(probe, LinkProbe) and key in probe.proves):
            return []
        self._present.add(address)
        return [*sorted(facts.values(), key=lambda e: e.key != "mac"), *self._introduce(address)]

    def _keep(self, probe: Probe, answer: Answer) -> None:
        """Remember what was told of a MAC address until it is known where it is."""
        kept = self._strangers.setdefault(MAC(answer.address), []) if len(self._strangers) < STRANGERS else []
        if len(kept) < STRANGE_FACTS and (probe, answer) not in kept:
            kept.append((probe, answer))

    def _introduce(self, address: str) -> list[Evidence]:
        """Take what was told of a MAC address before it was known to be here. In a conflict the first to come has the address."""
        mac = next((value for key, value in self._facts[address] if key == "mac"), None)
        if not mac or mac in self._at:
            return []
        self._at[mac] = address
        return [new for probe, answer in self._strangers.pop(MAC(mac), ()) for new in self.take(probe, answer)]

    def notice(self, probe: LinkProbe, notice: Notice) -> Noticed | None:
        """What was overheard, if it is new; ValueError for what the probe does not declare."""
        if notice.kind not in probe.notices:
            raise ValueError(f"noticed {notice.kind}, which it does not declare")
        address = notice.address and clean(notice.address)
        notice = notice._replace(address=address or None, value=clean(notice.value))
        known = self._notices.setdefault(notice.kind, set())
        if notice in known or len(known) >= NOTICES:
            return None
        known.add(notice)
        return Noticed(notice, probe.name, self._now())
