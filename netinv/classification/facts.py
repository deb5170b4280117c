"""What rules listen to: the evidence itself, and facts worked out from one piece of it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from netinv.classification.naming import SOURCES, host_part, is_filler, registrant
from netinv.classification.patterns import LONGEST
from netinv.model import Evidence

MOST = 512
"""Facts weighed of one device; no honest one tells more."""


class Fact(NamedTuple):
    """Something a rule can listen to."""

    key: str
    value: str
    evidence: str
    """Id of the evidence it was heard in, or worked out from."""


DERIVED: Final[Mapping[str, tuple[str, ...]]] = {
    "mac.vendor": ("mac",),
    "icmp.initial-ttl": ("icmp.ttl",),
    "name": SOURCES,
    "name.host": SOURCES,
    "name.head": SOURCES,
}
"""Keys of the facts worked out here, each with the evidence keys it comes from."""


def facts(evidence: Iterable[Evidence]) -> tuple[Fact, ...]:
    """Everything heard and what follows from it, each once, in an order that does not depend on the order of hearing."""
    found = {fact for e in evidence for fact in _all(e)}
    return tuple(sorted(found)[:MOST])


def _all(e: Evidence) -> Iterator[Fact]:
    yield Fact(e.key, e.value[:LONGEST], e.id)
    if work_out := _WORK.get(e.key):
        for key, value in work_out(e):
            yield Fact(key, value[:LONGEST], e.id)


def _of_mac(e: Evidence) -> Iterator[tuple[str, str]]:
    """`mac.vendor`: who registered the prefix, or which software makes such addresses."""
    if found := registrant(e.value):
        yield "mac.vendor", found


def _of_ttl(e: Evidence) -> Iterator[tuple[str, str]]:
    """`icmp.initial-ttl`: the TTL before routers counted it down: the next of the values that systems begin with."""
    # 64 is RFC 1700's advice and the choice of Linux, Apple and the BSDs; 128 that of Windows; 255 (the most there is) that of
    # network equipment and small stacks; 32 that of old ones.
    left = int(e.value) if e.value.isdecimal() and len(e.value) <= 3 else 0
    if initial := next((value for value in (32, 64, 128, 255) if 0 < left <= value), None):
        yield "icmp.initial-ttl", str(initial)


def _of_name(e: Evidence) -> Iterator[tuple[str, str]]:
    """`name`, its first label as `name.host`, and the word that says what it names as `name.head`; nothing of a filler."""
    if is_filler(e):
        return
    name = e.value.rstrip(".")
    yield "name", name
    yield "name.host", host_part(name)
    if head := head_word(host_part(name)):
        yield "name.head", head


_WORK: Final[Mapping[str, Callable[[Evidence], Iterator[tuple[str, str]]]]] = {
    "mac": _of_mac,
    "icmp.ttl": _of_ttl,
    **dict.fromkeys(SOURCES, _of_name),
}

_WORDS = re.compile(r"[^\W\d_]+")
# A hump parts words (LivingRoomTV, OfficePrinter), but not within a maker's word such as iPad, MacBook or HomePod.
_HUMP = re.compile(r"(?<=[a-z]{2})(?=[A-Z]{2}|[A-Z][a-z]{4})")
_OF = frozenset(("of", "von", "de", "di", "da", "du", "van"))
# Words that follow a device's name without changing what it is: where it is, and which of a maker's sizes.
_PLACES = frozenset(
    re.findall(
        r"\w+",
        """
        attic basement bathroom bath bedroom cellar den dining downstairs entrance floor front garage garden gym hall hallway home
        kids kitchen landing left library living lobby loft lounge main master nursery office outside patio porch rear back
        reception right roof shed shop stairs study terrace upstairs workshop north south east west old new big small black white
        spare second arbeitszimmer bad buero büro dach esszimmer flur garten kammer keller kind kinderzimmer kueche küche
        schlafzimmer terrasse werkstatt wohnzimmer eg og ug dg chambre cuisine entree jardin salon cocina dormitorio cucina
        eth wlan wifi wired wireless pro max plus mini air ultra se lite gen
        """,
    )
)
_PLACE_OF_TWO = frozenset(("room", "zimmer", "raum"))
_TRAILING = _PLACES | _PLACE_OF_TWO


def head_word(host: str) -> str | None:
    """The word that says what a host name names: the last that is no number, place or size, in lower case.

    In compounds the last word rules, as in language: a `printer-queue` is a queue and `echo-test` a test, while
    `printer-2-kitchen`, `tv-living-room` and `iPhone-von-Anna` still are what they begin with.
    """
    words = [word.casefold() for part in _WORDS.findall(host) for word in _HUMP.split(part)]
    if owned := next((place for place, word in enumerate(words) if word in _OF and place), None):
        del words[owned:]
    while words and (words[-1] in _TRAILING or (len(words[-1]) == 1 and len(words) > 1)):
        if words.pop() in _PLACE_OF_TWO and words:
            words.pop()
    return words[-1] if words else None
