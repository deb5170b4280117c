"""What devices announce to everybody: services and names by mDNS, UPnP by SSDP, names by NetBIOS, and what Synology's answer."""

from collections.abc import Iterator
from email.parser import BytesHeaderParser
from itertools import islice
from urllib.parse import urlsplit

import dns.flags
import dns.name
import dns.rdatatype

from netinv.model import Answer, Saying
from netinv.net.announcements import read_netbios
from netinv.net.network import Network
from netinv.net.overheard import Overheard
from netinv.net.targets import Targets
from netinv.probes import mdns_message, synology, txt
from netinv.probes.base import Answers, LinkProbe, heed
from netinv.probes.mdns_message import service_of
from netinv.probes.overheard import is_on_link

FACTS = 64
"""Facts taken of one message."""
_SSDP = {
    "nt": "ssdp.st",
    "usn": "ssdp.usn",
    "server": "ssdp.server",
    "location": "ssdp.location",
    "user-agent": "ssdp.user-agent",
}
TELLS = (
    "mdns.hostname", "mdns.service", "mdns.instance", "mdns.txt", "mdns.query", *txt.TELLS, *_SSDP.values(), "netbios.name",
    *synology.TELLS,
)  # fmt: skip

Facts = Iterator[tuple[str, str]]


def parse_mdns(message: bytes, source: str) -> Facts:
    """What an mDNS message (RFC 6762) from `source` tells of it: its services, or those it looks for; nothing of any other host.

    A name is its own if an address record in the same message says so, and a service if nothing says that another host has it.
    """
    heard = mdns_message.read(message)
    if heard is None:
        return
    for question in islice(heard.question, FACTS):
        if not heard.flags & dns.flags.QR and (service := service_of(question.name)):
            yield "mdns.query", service
    said = mdns_message.records(heard)
    own = mdns_message.own_names(said, source)
    theirs = mdns_message.others_services(said, source)
    for name in sorted(own):
        yield "mdns.hostname", name.to_unicode(omit_final_dot=True)
    for record in said:
        if record.rdtype == dns.rdatatype.PTR and (service := service_of(record.name)):
            for target in (x.target for x in record if x.target not in theirs and x.target.is_subdomain(record.name)):
                yield "mdns.service", service
                yield "mdns.instance", f"{_label(target)}.{service}"
        elif record.name not in theirs and len(record.name) > 1 and (service := service_of(record.name.parent())):
            if record.rdtype == dns.rdatatype.SRV:
                yield "mdns.service", service
                yield "mdns.instance", f"{_label(record.name)}.{service}"
            elif record.rdtype == dns.rdatatype.TXT:
                for item in (s.decode("utf-8", "replace") for x in record for s in x.strings if s):
                    yield "mdns.txt", f"{service} {item}"
                    yield from txt.read(service, item)


def parse_ssdp(message: bytes, source: str) -> Facts:
    """The headers of an SSDP announcement or search (UPnP Device Architecture 2.0, 1.2 and 1.3); a LOCATION only at itself."""
    first, _, rest = message.partition(b"\r\n")
    words = first.split(b" ")
    if len(words) != 3 or words[0] not in (b"NOTIFY", b"M-SEARCH") or not words[2].startswith(b"HTTP/"):
        return
    headers = BytesHeaderParser().parsebytes(rest)
    if str(headers.get("nts", "")).strip() == "ssdp:byebye":
        return
    for header, key in _SSDP.items():
        value = str(headers.get(header, "")).strip()
        if value and (header != "location" or _host(value) == source):
            yield key, value


def parse_findhost(message: bytes, source: str) -> Facts:
    """What a Synology device answers whoever looked for such."""
    return synology.parse(message)


def parse_netbios(message: bytes, source: str) -> Facts:
    """The name of the machine that sent a NetBIOS datagram itself."""
    found = read_netbios(message)
    if found and found.address == source and found.suffix in (0x00, 0x20):  # workstation and file server
        yield "netbios.name", found.name


_PARSERS = {"mdns": parse_mdns, "ssdp": parse_ssdp, "netbios": parse_netbios, "findhost": parse_findhost}


def read(heard: Overheard) -> Iterator[Answer]:
    """What a message tells of its sender."""
    if heard.source and (parse := _PARSERS.get(heard.topic)):
        for key, value in islice(dict.fromkeys(parse(heard.payload, heard.source)), FACTS):
            yield Saying(heard.source, key, value, heard.mac)


async def ask(network: Network, targets: Targets) -> Answers:
    async for heard in network.listen("mdns", "ssdp", "netbios", "findhost"):
        if heard.source and is_on_link(heard.source, network.interface):  # a reflector keeps the address of another link
            for answer in heed(heard.source, read, heard):
                yield answer


def _label(name: dns.name.Name) -> str:
    return name.labels[0].decode("utf-8", "replace")


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


PROBE = LinkProbe(
    "announced",
    "hears what devices announce or look for by mDNS, SSDP and NetBIOS, and what Synology's answer; sends nothing",
    tells=TELLS,
    ask=ask,
    needs=frozenset({"listen"}),
    proves=frozenset(TELLS),
)
