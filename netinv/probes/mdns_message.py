"""Multicast DNS messages as probes read them: bounded, forgiving, and with mDNS's own flags taken out (RFC 6762, 18)."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from ipaddress import ip_address
from itertools import chain, islice

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.PTR  # loaded here, because once root is dropped Python's own files may be out of reach
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA
import dns.rdtypes.IN.SRV
import dns.rrset
import dns.wire

RECORDS = 256
"""Records taken of one message; no honest one has more in 9,000 bytes of use."""
LABELS = 2000
"""Labels in all names of one message: by compression 1,400 bytes hold 20,000, which take 200 ms to read."""
LOCAL = dns.name.from_text("local.")
TYPES = dns.name.from_text("_services._dns-sd._udp.local.")
"""Asked for its PTR records, it lists the types of services (RFC 6763, 9)."""
_ADDRESSES = (dns.rdatatype.A, dns.rdatatype.AAAA)
_NAMES = {dns.rdatatype.PTR: 0, dns.rdatatype.SRV: 6}
"""Where in the data of a record its name begins."""
_READ: Mapping[dns.rdatatype.RdataType, type[dns.rdata.Rdata]] = {
    dns.rdatatype.A: dns.rdtypes.IN.A.A,
    dns.rdatatype.AAAA: dns.rdtypes.IN.AAAA.AAAA,
    dns.rdatatype.PTR: dns.rdtypes.ANY.PTR.PTR,
    dns.rdatatype.SRV: dns.rdtypes.IN.SRV.SRV,
    dns.rdatatype.TXT: dns.rdtypes.ANY.TXT.TXT,
}
_UNREAD = (0xFF00).to_bytes(2, "big")
"""The type of all other records, and of those of another class: private (RFC 6895, 3.1), so nothing in them is read."""
_CACHE_FLUSH = 0x80
"""In mDNS the top bit of a class is a flag (RFC 6762, 5.4 and 10.2)."""


@lru_cache(maxsize=4)
def read(message: bytes) -> dns.message.Message | None:
    """A query or a response, each of its records a set of its own; None for what is neither. Not to be changed.

    Of the types that are read only records of the Internet's class are left as such: elsewhere their data mean something else.

    The last few are kept, since each message is looked at from several sides, and reading is what takes the time.
    """
    try:
        heard = dns.message.from_wire(_plain(message), ignore_trailing=True, one_rr_per_rrset=True)
    except (dns.exception.DNSException, ValueError, KeyError, IndexError, NotImplementedError):
        return None
    return heard if heard.opcode() == dns.opcode.QUERY else None


def records(heard: dns.message.Message) -> list[dns.rrset.RRset]:
    """What a message says of the local domain; of a question only what its sender claims (RFC 6762, 8.1), not what it heard."""
    told = chain(heard.answer, heard.authority, heard.additional) if heard.flags & dns.flags.QR else heard.authority
    # What has no lifetime is taken back (10.1).
    return list(islice((r for r in told if r.ttl and r.name.is_subdomain(LOCAL) and _is_read(r)), RECORDS))


def own_names(said: Iterable[dns.rrset.RRset], source: str) -> set[dns.name.Name]:
    """The host names that have the address of whoever sent the message: its own, and nobody else's it might speak for."""
    return {name for name, address in _addresses(said) if address == source}


def own_addresses(said: Iterable[dns.rrset.RRset], source: str) -> set[str]:
    """The addresses that a message lists for its sender's own names, in canonical form."""
    said = list(said)
    own = own_names(said, source)
    return {address for name, address in _addresses(said) if name in own}


def others_services(said: Iterable[dns.rrset.RRset], source: str) -> set[dns.name.Name]:
    """The service instances that a message says are on other hosts than its sender."""
    said = list(said)
    own = own_names(said, source)
    others = {r.name for r in said if r.rdtype in _ADDRESSES} - own
    return {r.name for r in said if r.rdtype == dns.rdatatype.SRV and any(x.target in others for x in r)}


def own_instances(said: Iterable[dns.rrset.RRset], source: str) -> tuple[set[dns.name.Name], set[dns.name.Name]]:
    """The service instances a message lists and does not place elsewhere; and those of them it describes by TXT records."""
    said = list(said)
    theirs = others_services(said, source)
    listed = {x.target for r in said if r.rdtype == dns.rdatatype.PTR and service_of(r.name) for x in r if x.target != r.name}
    described = {r.name for r in said if r.rdtype == dns.rdatatype.TXT}
    own = {name for name in listed | described if len(name) > 1 and service_of(name.parent())} - theirs
    return own, own & described


def service_of(name: dns.name.Name) -> str | None:
    """`_ipp._tcp` of `_ipp._tcp.local.` (RFC 6763, 7); None for other names."""
    labels = name.labels
    if len(labels) != 4 or labels[2].lower() != b"local" or labels[1].lower() not in (b"_tcp", b"_udp"):
        return None
    return b".".join(labels[:2]).decode("utf-8", "replace") if labels[0].startswith(b"_") else None


def _is_read(record: dns.rrset.RRset) -> bool:
    return record.rdtype in _READ and all(isinstance(each, _READ[record.rdtype]) for each in record)


def _addresses(said: Iterable[dns.rrset.RRset]) -> Iterator[tuple[dns.name.Name, str]]:
    for record in said:
        if record.rdtype in _ADDRESSES:
            for each in record:
                yield record.name, str(ip_address(each.address))


def _plain(message: bytes) -> bytes:
    """The message with mDNS's flags taken out of the classes, as DNS has them; DNSException if it is malformed."""
    plain = bytearray(message)
    parser = dns.wire.Parser(message)
    _, _, questions, *others = parser.get_struct("!HHHHHH")
    labels = 0
    for n in range(questions + sum(others)):
        name, length = dns.name.from_wire(message, parser.current)  # the parser's own get_name refuses pointers in newer versions
        labels += len(name)
        parser.seek(parser.current + length)
        begin = parser.current
        plain[begin + 2] &= ~_CACHE_FLUSH
        kind, _ = parser.get_struct("!HH")
        if n >= questions:
            parser.get_uint32()
            if kind not in _READ or int.from_bytes(plain[begin + 2 : begin + 4], "big") != dns.rdataclass.IN:
                plain[begin : begin + 2] = _UNREAD
            elif kind in _NAMES:
                labels += len(dns.name.from_wire(message, parser.current + 2 + _NAMES[kind])[0])
            parser.get_counted_bytes(2)
        if labels > LABELS:
            raise dns.exception.FormError
    return bytes(plain)
