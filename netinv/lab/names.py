"""The resolver on the simulated router: PTR and A for the devices that have a name, and no more."""

from ipaddress import IPv4Network

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.reversename
import dns.rrset

from netinv.lab.household import Household

_TTL = 60
_IN, _A, _PTR = dns.rdataclass.IN, dns.rdatatype.A, dns.rdatatype.PTR
_REVERSE = dns.name.from_text("in-addr.arpa.")
_LIMIT = 512
"""Bytes of a question and of its answer over UDP (RFC 1035, 4.2.1)."""


class Resolver:
    """Answers DNS questions about one household."""

    def __init__(self, household: Household) -> None:
        self._mode = household.dns
        self._names: dict[dns.name.Name, str] = {}
        self._pointers: dict[dns.name.Name, dns.name.Name] = {}
        self._zones = [_reverse_zone(n) for n in (household.network, *household.beyond)]
        for device in household.devices:
            if device.name is not None:
                name = dns.name.from_text(device.name)
                self._names[name] = device.address
                self._pointers[dns.reversename.from_address(device.address)] = name

    def answer(self, question: bytes) -> bytes | None:
        """None where there is nothing to answer, or the router keeps silent."""
        if self._mode == "silent" or len(question) > _LIMIT:
            return None
        try:
            query = dns.message.from_wire(question)
            if query.flags & dns.flags.QR or query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
                return None
            answer = dns.message.make_response(query, recursion_available=True)
            answer.set_rcode(self._look_up(query.question[0], answer))
            return answer.to_wire(max_size=_LIMIT)
        except (dns.exception.DNSException, ValueError, NotImplementedError):  # whatever was asked, it was no question
            return None

    def _look_up(self, asked: dns.rrset.RRset, answer: dns.message.Message) -> dns.rcode.Rcode:
        name, rdtype = asked.name, asked.rdtype
        if self._mode == "refuses" or asked.rdclass != _IN:
            return dns.rcode.REFUSED
        if name in self._pointers:
            if rdtype == _PTR:
                answer.answer.append(dns.rrset.from_text(name, _TTL, _IN, _PTR, self._pointers[name].to_text()))
            return dns.rcode.NOERROR
        if name in self._names:
            if rdtype == _A:
                answer.answer.append(dns.rrset.from_text(name, _TTL, _IN, _A, self._names[name]))
            return dns.rcode.NOERROR
        is_ours = not name.is_subdomain(_REVERSE) or any(name.is_subdomain(zone) for zone in self._zones)
        return dns.rcode.NXDOMAIN if is_ours else dns.rcode.REFUSED


def _reverse_zone(network: IPv4Network) -> dns.name.Name:
    """The zone of the network's whole octets: `0.77.10.in-addr.arpa.`"""
    whole = network.prefixlen // 8
    return dns.name.Name(dns.reversename.from_address(str(network.network_address)).labels[4 - whole :])
