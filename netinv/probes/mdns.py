"""Multicast DNS: which services are on the link, who has them, and under which names and addresses (RFC 6762, RFC 6763)."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice

import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.reversename
import dns.rrset

from netinv.model import Answer, Notice
from netinv.net.network import Datagram, Network
from netinv.net.scope import Scope
from netinv.net.targets import Targets
from netinv.probes import ipv6, txt
from netinv.probes.announced import parse_mdns
from netinv.probes.base import Answers, LinkProbe, heed
from netinv.probes.groups import Question, answers, groups
from netinv.probes.mdns_message import LOCAL, TYPES, own_addresses, own_instances, own_names, read, records, service_of

PORT = 5353
GROUPS = ("224.0.0.251", "ff02::fb")
"""RFC 6762, 3."""
QUESTIONS = 12
"""In one message, so that all answers of one device fit into one packet of Ethernet."""
TYPES_ASKED = 72
"""Of which services are asked for; more is not what a household has."""
SPEAKERS = 512
"""Asked directly for what they have not told."""
DESCRIBED, LABELS = 6, 3
"""Services of one device whose TXT records are asked for directly, and names under which its model is."""
INSTANCES = 64
"""Remembered of one device."""
CANDIDATES = 512
"""Addresses that devices list for themselves, asked whether they are there."""
_UNICAST = dns.rdataclass.RdataClass(0x8001)
"""IN, and the bit that asks for an answer to us alone (RFC 6762, 5.4)."""
_FACTS = 64
_TYPES = """
    _airplay._tcp _amzn-wplay._tcp _androidtvremote2._tcp _axis-video._tcp _companion-link._tcp _esphomelib._tcp
    _googlecast._tcp _googlezone._tcp _hap._tcp _hap._udp _home-assistant._tcp _http._tcp _hue._tcp _ipp._tcp _ipps._tcp
    _matter._tcp _matterc._udp _meshcop._udp _miio._udp _pdl-datastream._tcp _printer._tcp _raop._tcp _rfb._tcp _scanner._tcp
    _sftp-ssh._tcp _shelly._tcp _smb._tcp _sonos._tcp _spotify-connect._tcp _ssh._tcp _uscan._tcp _viziocast._tcp _wled._tcp
    _workstation._tcp _xbmc-jsonrpc-h._tcp
"""
COMMON = tuple(dns.name.from_text(f"{service}.local.") for service in _TYPES.split())
"""Types of services asked for at once: small responders do not list theirs, and where nobody has another that saves a round."""
_APPLE = frozenset({"_airplay._tcp", "_companion-link._tcp", "_rfb._tcp", "_sftp-ssh._tcp", "_smb._tcp", "_ssh._tcp"})
"""Offered by Apple's computers and players, which tell their model in a record of no service (`_DEVICE_INFO`)."""
_DEVICE_INFO = dns.name.from_text("_device-info._tcp.local.")


def question(names: Iterable[dns.name.Name]) -> bytes:
    """One message that asks for the PTR records of all `names`, to be answered to its sender alone."""
    return _message((name, dns.rdatatype.PTR) for name in names)


def _message(asked: Iterable[tuple[dns.name.Name, dns.rdatatype.RdataType]]) -> bytes:
    message = dns.message.Message(id=0)  # RFC 6762, 18.1
    message.flags = dns.flags.Flag(0)
    message.question = [dns.rrset.RRset(name, _UNICAST, kind) for name, kind in asked]
    return message.to_wire()


def portions(names: Sequence[dns.name.Name]) -> Iterator[Sequence[dns.name.Name]]:
    """As many names at once as go into one question."""
    yield from (names[n : n + QUESTIONS] for n in range(0, len(names), QUESTIONS))


def types(message: bytes) -> frozenset[dns.name.Name]:
    """The types of services that a message lists, as names to ask for."""
    heard = read(message)
    if heard is None:
        return frozenset()
    listed = (x.target for r in records(heard) if r.name == TYPES and r.rdtype == dns.rdatatype.PTR for x in r)
    return frozenset(name for name in listed if service_of(name))


def addresses(message: bytes, source: str) -> frozenset[str]:
    """The addresses that a message lists for the names of its sender `source`; nothing of any other host."""
    heard = read(message)
    return frozenset(own_addresses(records(heard), source)) if heard else frozenset()


def reverse_names(message: bytes, source: str) -> tuple[str, ...]:
    """The host names its sender gives its own address (RFC 6762, 4)."""
    heard = read(message)
    if heard is None:
        return ()
    asked = dns.reversename.from_address(source)
    targets = (x.target for r in heard.answer if r.name == asked and r.rdtype == dns.rdatatype.PTR for x in r)
    return tuple(name.to_unicode(omit_final_dot=True) for name in targets if name.is_subdomain(LOCAL))[:4]


def tell(heard: Datagram) -> Iterator[Answer]:
    """What an answer tells of its sender."""
    facts = dict.fromkeys(parse_mdns(heard.payload, heard.address))
    facts |= dict.fromkeys(("mdns.service", service) for n in sorted(types(heard.payload)) if (service := service_of(n)))
    others = addresses(heard.payload, heard.address) - {heard.address}
    facts |= dict.fromkeys(("mdns.address", address) for address in sorted(others))
    for key, value in list(facts)[:_FACTS]:
        if key in TELLS:
            yield Answer(heard.address, key, value)


@dataclass(slots=True)
class Speaker:
    """What one responder has told so far."""

    is_named: bool = False
    """It has told its host name."""
    instances: set[dns.name.Name] = field(default_factory=set)
    described: set[dns.name.Name] = field(default_factory=set)
    """Those of its instances that have told their TXT record."""

    def hear(self, heard: Datagram) -> None:
        """Take in an answer of it."""
        if len(self.instances) < INSTANCES and (message := read(heard.payload)):
            said = records(message)
            self.is_named |= bool(own_names(said, heard.address))
            own, described = own_instances(said, heard.address)
            self.instances |= own
            self.described |= described

    def question(self, address: str) -> bytes | None:
        """Asks for what it has not told: its host name, TXT records, the model of an Apple device; None if nothing is missing."""
        missing = sorted(self.instances - self.described)[:DESCRIBED]
        labels = sorted(
            {name.labels[0] for name in self.instances if service_of(name.parent()) in _APPLE and b"@" not in name.labels[0]}
        )
        missing += [dns.name.Name((label, *_DEVICE_INFO.labels)) for label in labels[:LABELS]]
        reverse = [] if self.is_named else [dns.reversename.from_address(address)]
        if not missing and not reverse:
            return None
        return _message([*((name, dns.rdatatype.PTR) for name in reverse), *((name, dns.rdatatype.TXT) for name in missing)])


@dataclass(slots=True)
class _Link:
    """What all responders have told so far."""

    speakers: dict[str, Speaker] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    """The addresses they list for themselves."""
    types: set[dns.name.Name] = field(default_factory=set)

    def hear(self, heard: Datagram) -> Iterator[Answer]:
        """Take in an answer, and tell what it tells."""
        self.types |= types(heard.payload)
        self.listed |= addresses(heard.payload, heard.address)
        self.speakers.setdefault(heard.address, Speaker()).hear(heard)
        yield from tell(heard)


def _tell_last(heard: Datagram) -> Iterator[Answer]:
    """What an answer tells that was asked of its sender alone, its name included."""
    yield from tell(heard)
    yield from (Answer(heard.address, "mdns.hostname", name) for name in reverse_names(heard.payload, heard.address))


def _questions(address: str, speaker: Speaker) -> Iterator[bytes]:
    if message := speaker.question(address):
        yield message


async def ask(network: Network, targets: Targets) -> Answers:
    scope = Scope(network.interface, targets)
    asked = groups(scope, *GROUPS)
    if not asked:
        return
    link = _Link()
    names: list[dns.name.Name] = [TYPES, *COMMON]
    for _ in range(2):  # at first who has what is common, and what there is besides; then who has that
        messages = [question(portion) for portion in portions(names)]
        async with aclosing(answers(network, [Question(g, PORT, m) for m in messages for g in asked])) as replies:
            async for heard in replies:
                if heard.port != PORT:  # no responder (RFC 6762, 6.7)
                    continue
                for answer in heed(heard.address, link.hear, heard):
                    yield answer
        names = sorted(link.types.difference(names))[:TYPES_ASKED]
        if not names:
            break
    for answer in await _ask_each(network, link.speakers):
        yield answer
    # An address is nobody's until somebody has answered there: what a device lists is only worth asking.
    candidates = sorted(a for a in link.listed | link.speakers.keys() if ":" in a and a in scope)[:CANDIDATES]
    if candidates and "icmpv6" in network.abilities:
        async for reply in network.sweep("icmpv6", candidates):
            for answer in ipv6.answers(reply) if reply.mac else ():
                yield answer


async def _ask_each(network: Network, speakers: Mapping[str, Speaker]) -> list[Answer | Notice]:
    """What responders tell when they are asked directly for what they have left out (RFC 6762, 5.5)."""
    told: list[Answer | Notice] = []
    asked: dict[str, bytes] = {}
    for address, speaker in islice(speakers.items(), SPEAKERS):
        for message in heed(address, _questions, address, speaker):
            if isinstance(message, Notice):
                told.append(message)
            else:
                asked[address] = message
    replies = await asyncio.gather(*(network.udp(address, PORT, message, 9000) for address, message in asked.items()))
    for address, reply in zip(asked, replies, strict=True):
        if reply:
            told += heed(address, _tell_last, Datagram(address, PORT, reply))
    return told


TELLS = ("mdns.hostname", "mdns.service", "mdns.instance", "mdns.txt", "mdns.address", *txt.TELLS, *ipv6.TELLS)

PROBE = LinkProbe(
    "mdns",
    "asks everybody on the link for services and names by mDNS, and whether they are at the IPv6 addresses they list",
    tells=TELLS,
    ask=ask,
    needs=frozenset({"multicast"}),
    proves=frozenset({"icmpv6.rtt", "mac"}),
)
