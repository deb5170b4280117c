"""LLMNR: the name that machines with Windows, or with systemd-resolved, give themselves (RFC 4795)."""

import random
from contextlib import aclosing

import dns.exception
import dns.flags
import dns.message
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.PTR  # loaded here, because once root is dropped Python's own files may be out of reach
import dns.reversename

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes.base import Answers, HostProbe

PORT = 5355
IPV4, IPV6 = "224.0.0.252", "ff02::1:3"
"""Its groups (2): what is asked of a host alone, by UDP, is to be ignored (2.4)."""
LIMIT = 1500
NAMES = 2


def question(address: str, transaction: int) -> bytes:
    """Asks for the name of an address, of whoever has it (2.1.1)."""
    message = dns.message.make_query(dns.reversename.from_address(address), dns.rdatatype.PTR, id=transaction)
    message.flags = dns.flags.Flag(0)
    return message.to_wire()


def parse(message: bytes, asked: bytes) -> tuple[str, ...]:
    """The names in the answer to `asked`; none if it is no answer to it."""
    try:
        query = dns.message.from_wire(asked)
        answer = dns.message.from_wire(message[:LIMIT], ignore_trailing=True)
        if not query.is_response(answer):
            return ()
        owner = query.question[0].name
        found = (r for r in answer.answer if r.rdclass == dns.rdataclass.IN and r.rdtype == dns.rdatatype.PTR)
        records = (record for rrset in found if rrset.name == owner for record in rrset)
        names = (record.target.labels[0].decode("utf-8", "replace") for record in records)
        return tuple(name for name in names if name)[:NAMES]
    except (dns.exception.DNSException, ValueError, KeyError, IndexError, NotImplementedError):
        return ()


async def ask(network: Network, host: Host) -> Answers:
    # A question to a group wakes everybody: only for those who serve files, and have told no name by NetBIOS.
    if host.first("tcp.445") != "open" or host.first("netbios.name"):
        return
    asked = question(host.address, random.getrandbits(16))
    async with aclosing(network.multicast(IPV6 if ":" in host.address else IPV4, PORT, asked)) as answers:
        async for heard in answers:
            if heard.address == host.address and heard.port == PORT and (names := parse(heard.payload, asked)):
                for name in names:
                    yield Answer(host.address, "llmnr.name", name)
                return


PROBE = HostProbe(
    "llmnr",
    "asks for the LLMNR name of each host that serves files and has told none by NetBIOS",
    tells=("llmnr.name",),
    ask=ask,
    wants=("tcp.445",),
    needs=frozenset({"multicast"}),
)
