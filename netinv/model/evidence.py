"""What was heard, of whom, and when: before anybody thinks anything of it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from typing import NamedTuple, Self

from netinv.model.addressing import MAC


class Answer(NamedTuple):
    """What a probe reports: at `address` was heard, under `key` (`protocol.field`), `value`."""

    address: str
    key: str
    value: str


class Saying(Answer):
    """An answer to be believed only of who has the address: anybody may send a datagram in another's name."""

    by: MAC | None
    """Whose frame brought it; None where the system shows no frames."""

    def __new__(cls, address: str, key: str, value: str, by: MAC | None) -> Self:
        said = super().__new__(cls, address, key, value)
        said.by = by
        return said


class Notice(NamedTuple):
    """What a probe overheard that is no fact about a target: `arp.sender`, `dhcp.server`, `ra.router`."""

    kind: str
    """As `protocol.who`, among those the probe declares."""
    address: str | None
    mac: MAC | None
    value: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """An answer that passed the corridor: cleaned, dated, and signed by the probe that heard it."""

    address: str
    key: str
    value: str
    probe: str
    seen: datetime
    """Aware, UTC."""

    @property
    def id(self) -> str:
        """Eight hexadecimal digits naming this fact: the same fact heard again has the same id."""
        fact = "\0".join((self.address, self.key, self.value))
        return blake2s(fact.encode("utf-8", "replace"), digest_size=4).hexdigest()


@dataclass(frozen=True, slots=True)
class Host:
    """All the evidence heard so far at one address, while a scan runs."""

    address: str
    evidence: tuple[Evidence, ...] = ()

    def all(self, key: str) -> tuple[str, ...]:
        return tuple(e.value for e in self.evidence if e.key == key)

    def first(self, key: str) -> str | None:
        return next((e.value for e in self.evidence if e.key == key), None)
