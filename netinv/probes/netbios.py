"""NetBIOS: the names a machine has registered, its workgroup, and what it serves (RFC 1002, 4.2.17)."""

import random
from collections.abc import Iterator

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.net.node_status import load, question, read_node_status
from netinv.probes.base import Answers, HostProbe

PORT = 137
WORKSTATION = 0x00
_BROWSERS = "\x01\x02__MSBROWSE__\x02"
"""What master browsers register, and no name."""


def parse(message: bytes, transaction: int) -> Iterator[tuple[str, str]]:
    """What a node status tells; nothing if it is none, or the answer to another question."""
    status = read_node_status(message, transaction)
    if status is None:
        return
    facts: dict[tuple[str, str], None] = {}
    for name, suffix, is_group in status.names:
        if suffix == WORKSTATION and name != _BROWSERS:
            facts["netbios.group" if is_group else "netbios.name", name] = None
        elif suffix != WORKSTATION:
            facts["netbios.role", f"{suffix:02x}"] = None
    if status.mac:
        facts["netbios.mac", status.mac] = None
    yield from facts


async def ask(network: Network, host: Host) -> Answers:
    if ":" in host.address:  # there is no NetBIOS over IPv6
        return
    transaction = random.getrandbits(16)
    heard = await network.udp(host.address, PORT, question(transaction))
    for key, value in parse(heard, transaction) if heard else ():
        yield Answer(host.address, key, value)


PROBE = HostProbe(
    "netbios",
    "asks each host for its NetBIOS names, workgroup and services",
    tells=("netbios.name", "netbios.group", "netbios.role", "netbios.mac"),
    ask=ask,
    needs=frozenset({"udp"}),
    load=load,
)
