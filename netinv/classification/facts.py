"""What rules listen to: the evidence itself, and facts worked out from one piece of it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from netinv.classification.naming import SOURCES, TITLES, host_part, is_filler, is_local, label, registrant
from netinv.classification.patterns import LONGEST
from netinv.classification.prose import is_institution, is_played, is_prose
from netinv.classification.vocabulary import vocabulary
from netinv.model import Evidence

MOST = 512
"""Facts weighed of one device; no honest one tells more."""


class Fact(NamedTuple):
    """Something a rule can listen to."""

    key: str
    value: str
    evidence: str
    """Id of the evidence it was heard in, or worked out from."""


_SAID_BY_TXT = frozenset(
    ("md", "ty", "model", "am", "product", "usb_mdl", "usb_mfg", "mdl", "mfg", "manufacturer", "vendor", "note_md")
)
"""Keys of TXT items in which a device describes itself: Bonjour Printing 1.2, 9; Google Cast; AirPlay; HomeKit."""

DERIVED: Final[Mapping[str, tuple[str, ...]]] = {
    "mac.vendor": ("mac",),
    "icmp.initial-ttl": ("icmp.ttl",),
    "snmp.enterprise": ("snmp.sysobjectid",),
    "mdns.model": ("mdns.txt",),
    "said": ("snmp.sysdescr", "http.title", "upnp.model", "mdns.txt", "mdns.instance", "mdns.service", "ssdp.st"),
    "described": ("snmp.sysdescr", "http.title", "upnp.model", "mdns.txt"),
    "name": (*SOURCES, "tls.subject"),
    "name.host": (*SOURCES, "tls.subject"),
    "name.head": (*SOURCES, "tls.subject"),
}
"""Keys of the facts worked out here, each with evidence keys it comes from; `said` comes of every key the vocabulary marks so,
`described` of those of them that are no name somebody gave."""


def facts(evidence: Iterable[Evidence]) -> tuple[Fact, ...]:
    """Everything heard and what follows from it, each once, in an order that does not depend on the order of hearing."""
    heard = tuple(evidence)
    titles = {e.id for e in heard if e.key in TITLES}
    found = {fact for e in heard for fact in _all(e)}
    hosts = {fact.value.casefold() for fact in found if fact.key == "name.host" and fact.evidence not in titles}
    # a name counts once: a service or device called as its host is says no more than that
    told = (f for f in found if f.key != "said" or f.evidence not in titles or f.value.casefold() not in hosts)
    return tuple(sorted(told)[:MOST])


def _all(e: Evidence) -> Iterator[Fact]:
    if e.key == "http.title" and (is_prose(e.value) or is_institution(e.value)):
        return
    yield Fact(e.key, e.value[:LONGEST], e.id)
    if work_out := _WORK.get(e.key):
        for key, value in work_out(e):
            yield Fact(key, value[:LONGEST], e.id)
    if e.key in _said() and (said := _SAYING.get(e.key, str.strip)(e.value)):
        yield Fact("said", said[:LONGEST], e.id)
        if e.key not in TITLES:
            yield Fact("described", said[:LONGEST], e.id)


@cache
def _said() -> frozenset[str]:
    return frozenset(key.name for key in vocabulary().values() if key.said)


_UNAME = re.compile(r"^(Linux|FreeBSD|NetBSD|OpenBSD|Darwin|SunOS|AIX|HP-UX|QNX|VxWorks) \S+ (?=\S*\d)")
_SUBJECT = re.compile(r"(?:^|[,/+;])\s*(CN|O|OU|commonName|organizationName)\s*=\s*((?:[^\\,/+;]|\\.)+)", re.IGNORECASE)
_DOMAIN = re.compile(r"(\*\.)?([\w-]{1,63}\.)+[a-z][\w-]{0,62}\.?", re.IGNORECASE)
_GENERAL = re.compile(r"\._(workstation|ssh|sftp-ssh|udisks-ssh|rfb|nfs|device-info)\._tcp\b", re.IGNORECASE)
_SCOPE = re.compile(r"^onvif://www\.onvif\.org/(?:hardware|name|type)/(.+)", re.IGNORECASE)


def _without_host(description: str) -> str:
    """A system description as net-snmp makes it of uname(1), without the host's name, which is no description."""
    return "" if is_played(description) else _UNAME.sub(r"\1 ", description)


def _of_instance(instance: str) -> str:
    """What a service is called, unless it is one of any computer, which people give the names they like."""
    return "" if _GENERAL.search(instance) or is_prose(label(instance)) else label(instance)


def _of_subject(subject: str) -> str:
    """What the certificate says of its holder, without the country and place it was made in, nor the address it is good for.

    `HP Jetdirect 38831831` describes a device; of `printer.example.com` somebody has only said what to call it.
    """
    told = ((field, part.strip()) for field, part in _SUBJECT.findall(subject[: 2 * LONGEST]))
    return ", ".join(part for field, part in told if field[0] in "oO" or not _DOMAIN.fullmatch(part))


def _of_scope(scope: str) -> str:
    found = _SCOPE.match(scope)
    return found[1] if found else ""


_SAYING: Final[Mapping[str, Callable[[str], str]]] = {
    "snmp.sysdescr": _without_host,
    "lldp.system-description": _without_host,
    "tls.subject": _of_subject,
    "wsd.scope": _of_scope,
    "mdns.instance": _of_instance,
}
"""How the description is found in a value that holds more than that."""


def _of_service(e: Evidence) -> Iterator[tuple[str, str]]:
    """`said` of a service type: makers name their own types after themselves (`_nanoleafapi._tcp`, `_axis-video._tcp`)."""
    if found := _SERVICE.match(e.value):
        yield "said", found[1]


_SERVICE = re.compile(r"_([a-z0-9-]{1,63})\._(?:tcp|udp)\b", re.IGNORECASE)


def _of_device_type(e: Evidence) -> Iterator[tuple[str, str]]:
    """`said` of a UPnP type: makers name their own after themselves too (`urn:schemas-upnp-org:device:LaMetric:1`)."""
    if found := _DEVICE_TYPE.match(e.value):
        yield "said", " ".join(filter(None, found.groups()))


_DEVICE_TYPE = re.compile(r"urn:(?:schemas-upnp-org|([\w.-]{1,63})):(?:device|service):([\w.-]{1,64})", re.IGNORECASE)


def _of_object_id(e: Evidence) -> Iterator[tuple[str, str]]:
    """`snmp.enterprise`: the IANA private enterprise number the agent names itself by (RFC 3418, sysObjectID)."""
    if found := _ENTERPRISE.match(e.value):
        yield "snmp.enterprise", found[1]


_ENTERPRISE = re.compile(r"\.?1\.3\.6\.1\.4\.1\.(\d{1,6})(?=\.|$)")


def _of_txt(e: Evidence) -> Iterator[tuple[str, str]]:
    """`mdns.model` and `said` of an item that describes the device, whatever service it stands with."""
    item = e.value.partition(" ")[2] if e.value.startswith("_") else e.value
    key, _, value = item.partition("=")
    value = value.strip("() ")  # Bonjour Printing writes `product=(HP LaserJet)`
    if not value and " " in key.strip() and not is_prose(key):  # keys are short and spaceless (RFC 6763, 6.4): this is no key
        yield "said", key.strip()
        yield "described", key.strip()
    if value and key.casefold() in _SAID_BY_TXT:
        yield "mdns.model", value
        yield "said", value
        yield "described", value


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
    name = label(e.value)
    host = name if e.key in TITLES else host_part(name)
    yield "name", name
    yield "name.host", host
    if head := head_word(host):
        yield "name.head", head
    if e.key not in TITLES and (model := model_name(host)):
        yield "said", model


def _of_certificate(e: Evidence) -> Iterator[tuple[str, str]]:
    """The names of a host whose certificate is for this network. One of a public domain may be that of any of its sites."""
    for field, part in _SUBJECT.findall(e.value[: 2 * LONGEST]):
        if field[0] in "cC" and _DOMAIN.fullmatch(name := part.strip()) and is_local(name) and "*" not in name:
            yield from _of_name(replace(e, value=name))


_WORK: Final[Mapping[str, Callable[[Evidence], Iterator[tuple[str, str]]]]] = {
    "mac": _of_mac,
    "icmp.ttl": _of_ttl,
    "snmp.sysobjectid": _of_object_id,
    "mdns.txt": _of_txt,
    "mdns.service": _of_service,
    "upnp.device-type": _of_device_type,
    "ssdp.st": _of_device_type,
    "tls.subject": _of_certificate,
    **dict.fromkeys(SOURCES, _of_name),
}

# A number that makers give models: digits among letters, as in RAX50, L2710DW and E1A2. People number things without letters.
_MODEL = re.compile(r"[a-z]{1,5}\d{2,5}[a-z]{0,4}\d{0,2}|\d{3,4}[a-z]{1,3}|[a-z]\d[a-z]\d{1,3}[a-z]?", re.IGNORECASE)
_SUFFIX = re.compile(r"[a-z]{1,3}\d{0,2}|\d{1,3}[a-z]{0,4}|(?:[0-9a-f]{2}){3,6}", re.IGNORECASE)
_PARTS = re.compile(r"[^\W_]+")


def model_name(host: str) -> str | None:
    """The host name if it is a model's alone: a number such as RAX50, a word before it, a variant or an address behind it."""
    parts = _PARTS.findall(host)
    place = next((place for place, part in enumerate(parts[:2]) if _MODEL.fullmatch(part)), None)
    if place is None or not all(map(_SUFFIX.fullmatch, parts[place + 1 :])) or len(parts) > place + 4:
        return None
    return host


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


_SERIAL = re.compile(r"[0-9a-f]+")


def added_word(host: str) -> str | None:
    """The word that says what a host name names, if it is one that somebody added to others: no number, serial or single name."""
    parts = [part.casefold() for part in _PARTS.findall(host)]
    head = head_word(host)
    return head if head and head in parts[1:] and len(head) > 3 and not _SERIAL.fullmatch(head) else None
