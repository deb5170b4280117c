"""The mDNS responders of simulated devices: services, host names and addresses, to whoever asks (RFC 6762, RFC 6763)."""

from collections.abc import Iterator
from ipaddress import ip_address

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rdataclass
import dns.rdatatype
import dns.reversename
import dns.rrset

from netinv.lab.household import SimulatedDevice

PORT = 5353
GROUPS = ("224.0.0.251", "ff02::fb")
_TTL = 10
"""Seconds: the most that those get who are no mDNS queriers themselves (RFC 6762, 6.7)."""
_LIMIT = 1472
_TYPES = dns.name.from_text("_services._dns-sd._udp.local.")
_LOCAL = dns.name.from_text("local.")
_IN = 1


def answer(device: SimulatedDevice, question: bytes) -> bytes | None:
    """What a device says to a query, of one by one who listens at a port of his own; None where it has nothing to say."""
    if device.mdns is None or len(question) > _LIMIT:
        return None
    try:
        query = dns.message.from_wire(question)
        if query.flags & dns.flags.QR or query.opcode() != dns.opcode.QUERY:
            return None
        reply = dns.message.Message(id=query.id)
        reply.flags = dns.flags.Flag(dns.flags.QR | dns.flags.AA)
        for asked in query.question:
            if asked.rdclass & 0x7FFF == _IN:  # the bit above is mDNS's own (5.4)
                _look_up(device, asked.name, asked.rdtype, reply)
        reply.question = list(query.question)
        for each in reply.question:
            each.rdclass = dns.rdataclass.IN
        return reply.to_wire(max_size=9000) if reply.answer else None
    except (dns.exception.DNSException, ValueError, NotImplementedError):  # whatever was asked, it was no question
        return None


def _look_up(device: SimulatedDevice, name: dns.name.Name, rdtype: int, reply: dns.message.Message) -> None:
    host = dns.name.from_text(device.mdns or "")
    wants = {rdtype} if rdtype != dns.rdatatype.ANY else {dns.rdatatype.PTR, dns.rdatatype.A, dns.rdatatype.AAAA}
    if dns.rdatatype.PTR in wants:
        if name == _TYPES:
            reply.answer += [_record(name, "PTR", f"{service}.local.") for service in device.services]
        for service in device.services:
            if name == dns.name.from_text(f"{service}.local."):
                instance = dns.name.Name((host.labels[0], *name.labels))
                reply.answer.append(_record(name, "PTR", instance.to_text()))
                reply.additional.append(_record(instance, "SRV", f"0 0 9 {host.to_text()}"))
                reply.additional += _texts(device, service, instance)
                reply.additional += list(_addresses(device, host))
        if name in {dns.reversename.from_address(a) for a in device.addresses}:
            reply.answer.append(_record(name, "PTR", host.to_text()))
    if dns.rdatatype.TXT in wants:
        for service in device.txt:
            instance = dns.name.Name((host.labels[0], *dns.name.from_text(f"{service}.local.").labels))
            reply.answer += _texts(device, service, instance) if name == instance else []
    if name == host:
        reply.answer += [r for r in _addresses(device, host) if r.rdtype in wants]


def _texts(device: SimulatedDevice, service: str, instance: dns.name.Name) -> list[dns.rrset.RRset]:
    """The TXT record of a service, if it says anything."""
    items = " ".join(f'"{item}"' for item in device.txt.get(service, ()))
    return [_record(instance, "TXT", items)] if items else []


def _addresses(device: SimulatedDevice, host: dns.name.Name) -> Iterator[dns.rrset.RRset]:
    for address in device.addresses:
        yield _record(host, "A" if ip_address(address).version == 4 else "AAAA", address)


def _record(name: dns.name.Name, kind: str, text: str) -> dns.rrset.RRset:
    return dns.rrset.from_text(name, _TTL, "IN", kind, text)
