"""DNS: the name an address has in reverse (RFC 1035, 3.5)."""

import asyncio

import dns.exception
import dns.message
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.PTR  # loaded here, because once root is dropped Python's own files may be out of reach
import dns.reversename

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes.base import Answers, HostProbe

RESOLVERS = 4
"""Resolvers asked for each name; resolv.conf(5) allows three, and the gateway may come on top."""
LIMIT = 512
"""Bytes of an answer to a question that offers no more (RFC 1035, 4.2.1); reading a long one can take seconds."""
NAMES = 4
"""Names taken of one address."""


def question(address: str) -> bytes:
    return dns.message.make_query(dns.reversename.from_address(address), dns.rdatatype.PTR).to_wire()


def parse(message: bytes, asked: bytes) -> tuple[str, ...]:
    """The host names in the answer to `asked`; none if it is an error, malformed, or the answer to something else."""
    try:
        query = dns.message.from_wire(asked)
        answer = dns.message.from_wire(message, ignore_trailing=True)
        if not query.is_response(answer):
            return ()
        # The whole chain is taken: RFC 2317 delegates parts of a /24 by CNAME.
        found = (r for r in answer.answer if r.rdclass == dns.rdataclass.IN and r.rdtype == dns.rdatatype.PTR)
        records = [record for rrset in found for record in rrset]
        names = [b".".join(record.target.labels).rstrip(b".") for record in records[:NAMES]]
    except (dns.exception.DNSException, ValueError, KeyError, IndexError, NotImplementedError):
        return ()
    return tuple(name.decode("utf-8", "replace") for name in names if name)


async def ask(network: Network, host: Host) -> Answers:
    query = question(host.address)
    # All at once: a silent one would otherwise make every host wait for it before the next is asked.
    for answer in await asyncio.gather(*(network.udp(resolver, 53, query, LIMIT) for resolver in network.resolvers[:RESOLVERS])):
        if answer and (names := parse(answer, query)):
            for name in names:
                yield Answer(host.address, "dns.ptr", name)
            return


PROBE = HostProbe(
    "dns",
    "asks the system's resolvers and the gateway for the name of each host",
    tells=("dns.ptr",),
    ask=ask,
    needs=frozenset({"udp"}),
)
