"""An argument in words: the verdict, what was heard, who speaks for and against, what would change the mind."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

import typer

from netinv.classification.argument import Argument, WhatIf
from netinv.classification.details import NAMED_FROM
from netinv.classification.facts import Fact
from netinv.classification.kinds import UNKNOWN, kinds
from netinv.cli.fitting import fitted
from netinv.formats.base import evidence_in_order
from netinv.formats.words import TOO_LITTLE, percent, some, spoken
from netinv.model import Detail, Device, Evidence, Reason

_FIELDS = {"vendor": "maker", "model": "model", "os": "system", "firmware": "firmware", "serial": "serial"}
_TELLERS = 4
"""Tellers of a detail named; the rest is in --json."""
SHOWN = 100
"""Facts listed; --all lists the rest."""
_TAKEN = 3
"""Facts named of what is taken away at once."""
_AUDIBLE = 0.15
"""Reasons that weigh less are in --json: they would be printed as +0.1 or +0.0."""
WIDEST = 96
"""Columns where the output is no terminal; lines of prose do not grow beyond it."""

# How a fact is said in the middle of a sentence; {} is its value.
_SAID = {
    "mac": "the MAC address {}",
    "mac.vendor": "a MAC address by {}",
    "icmp.ttl": "a TTL of {}",
    "icmp.initial-ttl": "an initial TTL of {}",
    "icmp.rtt": "an answer within {} ms",
    "icmpv6.rtt": "an answer over IPv6 within {} ms",
    "icmpv6.hop-limit": "a hop limit of {}",
    "ipv6.scope": "an IPv6 address good for {} use",
    "ndp.router": "the role of IPv6 router",
    "route.gateway": "the role of default gateway",
    "local.self": "netinv running on it",
    "local.os": "the system {}",
    "mdns.service": "the service {} announced by mDNS",
    "mdns.model": "the model {} told by mDNS",
    "mdns.txt": "the item {} told by mDNS",
    "ssdp.st": "{} announced by SSDP",
    "ssdp.server": "the software {} named by SSDP",
    "upnp.device-type": "the UPnP device type {}",
    "upnp.model": "the UPnP model {}",
    "upnp.manufacturer": "the UPnP manufacturer {}",
    "upnp.description": "the UPnP description {}",
    "upnp.friendly-name": "the UPnP name {}",
    "wsd.type": "the type {} told by WS-Discovery",
    "wsd.scope": "the scope {} told by WS-Discovery",
    "http.title": "a web page titled {}",
    "http.server": "the web server {}",
    "http.realm": "a web page for users of {}",
    "http.favicon": "a web page with the icon {}",
    "web.api": "the web interface {}",
    "tls.subject": "a certificate of {}",
    "ssh.banner": "the SSH banner {}",
    "snmp.sysdescr": "the SNMP description {}",
    "lldp.capability": "the capability {} told by LLDP",
    "dhcp.hostname": "the name {} told by DHCP",
    "dhcp.vendor-class": "the DHCP client {}",
    "mdns.hostname": "the name {} told by mDNS",
    "rmcp.supports": "an answer by {} over RMCP",
    "ubiquiti.model": "the model {} told by Ubiquiti's discovery",
    "synology.model": "the model {} told by Synology's discovery",
    "cast.model": "the model {} told by Google Cast",
    "airplay.model": "the model {} told by AirPlay",
    "ipp.model": "the model {} told by IPP",
    "playstation.type": "the answer {} to the search for PlayStations",
    "rtsp.server": "the streaming server {}",
    "netbios.name": "the name {} told by NetBIOS",
    **dict.fromkeys(("local.hostname", "dns.ptr", "name", "name.host", "name.head"), "the name {}"),
}

_KINDS = {
    "network_other": "piece of network equipment",
    "vm": "virtual machine",
    "nas": "NAS",
    "tv": "TV",
    "smart_home": "smart-home device",
    "industrial": "industrial controller",
    "voip": "VoIP telephone",
    "ups": "UPS",
    "management": "management controller",
}


def told(device: Device, argument: Argument, width: int = WIDEST, shown: int | None = SHOWN) -> Iterator[str]:
    """The argument as text, a line at a time, headings bold; of what was heard `shown` facts at most, None for all."""
    for line in fitted(", ".join(filter(None, (device.name, *device.addresses, *device.macs))), width):
        yield typer.style(line, bold=True)
    yield from _prose(_verdict(argument), width)
    yield from _section("What was heard", _heard(argument, width, shown))
    yield from _section("What follows from it", _derived(argument.follows, width))
    about = _words(argument.about)
    yield from _section(f"For {about}", _reasons(argument.reasons_for, width))
    yield from _section(f"Against {about}", _reasons(argument.reasons_against, width))
    yield from _section("What is told of it besides", _details(argument.details, width))
    yield from _section("What else it might be", _rivals(argument, width))
    yield from _section("What would change the verdict", _what_ifs(argument, width))
    yield from _section("Rules that nearly spoke", _silent(argument, width))


def _verdict(argument: Argument) -> str:
    verdict = argument.verdict
    if verdict.category == UNKNOWN:
        guess = f" The nearest guess would be {_words(argument.about)}." if argument.about != UNKNOWN else ""
        return f"netinv does not know what this is: {TOO_LITTLE}.{guess}"
    if verdict.kind == UNKNOWN:
        return f"netinv is {percent(verdict.confidence)} sure that this is {some(verdict.category)}; more it cannot tell."
    told = (("made by", verdict.vendor), ("model", verdict.model), ("running", verdict.os), ("firmware", verdict.firmware))
    details = [f"{label} {value}" for label, value in told if value]
    said = ", ".join((_words(verdict.kind), *details))
    return f"netinv takes this for {said}: {percent(verdict.confidence)} sure. {kinds()[verdict.kind].summary}"


def _heard(argument: Argument, width: int, shown: int | None) -> Iterator[str]:
    """Each fact once, whoever heard it; closed ports nobody argues with in one line."""
    cited = {one for reason in (*argument.reasons_for, *argument.reasons_against) for one in reason.evidence}
    shut: list[str] = []
    once: dict[tuple[str, str], list[Evidence]] = {}
    for e in evidence_in_order(argument.heard):
        protocol, _, port = e.key.partition(".")
        if protocol in ("tcp", "udp") and e.value == "closed" and e.id not in cited:
            shut.append(f"{protocol} {port}")
        else:
            once.setdefault((e.key, e.value), []).append(e)
    rows = [(first.id, *of, _heard_by(first, others)) for of, (first, *others) in once.items()]
    yield from _columns(rows[:shown], width)
    if len(rows) > len(rows[:shown]):
        yield f"... and {len(rows) - len(rows[:shown]):,} more (--all shows them)"
    if shut:
        yield from _item("closed ports", ", ".join(dict.fromkeys(shut)), width)


def _heard_by(first: Evidence, others: Sequence[Evidence]) -> str:
    return f"{first.probe}; also {' '.join(e.id for e in others)}" if others else first.probe


def _derived(facts: Iterable[Fact], width: int) -> Iterator[str]:
    """Each value once, with all the keys it was worked out as."""
    once: dict[str, list[Fact]] = {}
    for fact in facts:
        once.setdefault(fact.value.casefold(), []).append(fact)
    rows = [(same[0].evidence, ", ".join(dict.fromkeys(f.key for f in same)), same[0].value) for same in once.values()]
    yield from _columns(rows, width)


def _reasons(reasons: Iterable[Reason], width: int) -> Iterator[str]:
    for reason in reasons:
        if abs(reason.weight) < _AUDIBLE:
            continue
        cited = f"[{reason.rule}; {' '.join(reason.evidence[:4])}{' ...' if len(reason.evidence) > 4 else ''}]"
        yield from _item(f"{reason.weight:+.1f}", f"{reason.says} {cited}", width)


def _details(details: Iterable[Detail], width: int) -> Iterator[str]:
    """Who told vendor, model and the rest; of each the likeliest first, then what others say instead."""
    named: set[str] = set()
    for detail in details:
        label = "" if detail.field in named else _FIELDS[detail.field]
        instead = "" if label else "or "
        named.add(detail.field)
        sources = ", ".join(detail.sources[:_TELLERS]) + (" ..." if len(detail.sources) > _TELLERS else "")
        cited = " ".join(detail.evidence[:_TELLERS]) + (" ..." if len(detail.evidence) > _TELLERS else "")
        weak = "" if detail.confidence >= NAMED_FROM else ", too little to say so"
        text = f"{instead}{detail.value} ({percent(detail.confidence)}{weak}) [{sources}; {cited}]"
        yield from _item(f"{label:<8}", text, width)


def _rivals(argument: Argument, width: int) -> Iterator[str]:
    for rival in argument.rivals:
        why = " ".join([r.says for r in rival.because if r.weight > 0][:2]) or "Much of what was heard fits it as well."
        against = " ".join([r.says for r in rival.because if r.weight <= -_AUDIBLE][:2])
        but = f" But: {against}" if against else ""
        yield from _item(percent(rival.confidence), f"{_words(rival.kind)}: {why}{but}", width)


def _what_ifs(argument: Argument, width: int) -> Iterator[str]:
    if argument.verdict.category == argument.about == UNKNOWN and not argument.heard:
        return
    for what_if in argument.without:
        lost = _list(what_if.facts[:_TAKEN], more=len(what_if.facts[_TAKEN:]))
        is_same = (what_if.category, what_if.kind) == (argument.verdict.category, argument.verdict.kind)
        says = f"even without {lost}, it would still be" if is_same else f"without {lost}, it would be"
        yield from _item("-", f"{says} {_outcome(what_if)}", width)
    for what_if in argument.hearing:
        yield from _item("-", f"with {_list(what_if.facts)}, it would be {_outcome(what_if)}", width)
    if not argument.hearing:
        if argument.is_settled:
            says = "no single description of itself as something else would be enough; several would have to agree"
        else:
            says = "a description of itself as something else, by UPnP, mDNS or a web page, would outweigh this"
        yield from _item("-", says, width)


def _silent(argument: Argument, width: int) -> Iterator[str]:
    for silence in argument.silent:
        if silence.silenced:
            why = f"was silenced by {_list((fact.key, fact.value) for fact in silence.silenced)}"
        else:
            why = f"still waits for {', '.join(silence.missing)}"
        yield from _item("-", f"{silence.rule} {why}", width)


def _outcome(what_if: WhatIf) -> str:
    if what_if.category == UNKNOWN:
        return UNKNOWN
    what = some(what_if.category) if what_if.kind == UNKNOWN else _words(what_if.kind)
    return f"{what} ({percent(what_if.confidence)})"


def _list(facts: Iterable[tuple[str, str]], more: int = 0) -> str:
    """`port 22 open and an initial TTL of 64`, `the name vault and 4 more`."""
    said = [*dict.fromkeys(_said(key, value) for key, value in facts), *([f"{more} more"] if more else ())]
    *first, last = said or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _said(key: str, value: str) -> str:
    protocol, _, port = key.partition(".")
    if protocol == "tcp" and port.isdecimal():
        return f"port {port} {value}"
    return _SAID.get(key, key + " {}").replace("{}", value)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if not number:
            yield ""
            yield typer.style(title, bold=True)
        yield f"  {line}"


def _columns(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Rows under one another; one that is too long for `width` goes on below, and spoils no other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + 2 * len(widths) > width:
        widths[2:] = [0] * len(widths[2:])  # values are as long as devices like
    for row in rows:
        line = "  ".join(f"{cell:{room}}" for cell, room in zip(row, widths, strict=True)).rstrip()
        yield from fitted(line, width - 2, 10)


def _item(mark: str, text: str, width: int) -> Iterator[str]:
    indent = " " * (len(mark) + 2)
    first, *rest = _prose(text, width - len(indent) - 2) or [""]
    yield f"{mark}  {first}"
    yield from (indent + line for line in rest)


def _prose(text: str, width: int) -> list[str]:
    return wrap(text, max(width, 20), break_on_hyphens=False)


def _words(kind: str) -> str:
    """The kind with its article, as it is said."""
    said = _KINDS.get(kind, spoken(kind))
    return said if kind == UNKNOWN else f"an {said}" if said[0] in "aeiou" else f"a {said}"
