"""RMCP: whether a machine's management controller is there, by the ping that is made for it (DMTF DSP0136, 3.2.4.2 and 3.2.4.3).

The datagrams are read here, 12 and 28 bytes: scapy has no layer of ASF, and the libraries of IPMI log in.
"""

import struct
from collections.abc import Iterable

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes.base import Answers, HintProbe

PORT = 623
LIMIT = 64
_ENTERPRISE = 4542
"""Of ASF itself, by which a ping and its pong are its own."""
_HEAD = struct.Struct("!BBBBIBBBB")
"""Version, reserved, sequence, class; enterprise, message type, tag, reserved, length of what follows."""
_PING, _PONG = 0x80, 0x40
_TAG = 0x6E
QUESTION = _HEAD.pack(6, 0, 0xFF, 6, _ENTERPRISE, _PING, _TAG, 0, 0)
"""Sequence 255 wants no acknowledgement."""
_IPMI = 0x80
"""Of the entities supported: IPMI; the low half is the version of ASF."""


def parse(message: bytes) -> tuple[tuple[str, str], ...]:
    """What the pong says it can be managed by; nothing if it is none."""
    if len(message) < _HEAD.size + 9:
        return ()
    version, _, _, kind, enterprise, message_type, tag, _, _ = _HEAD.unpack_from(message)
    if (version, kind & 0x1F, enterprise, message_type, tag) != (6, 6, _ENTERPRISE, _PONG, _TAG):
        return ()
    supported = message[_HEAD.size + 8]
    said = (("ipmi", supported & _IPMI), ("asf", supported & 0x0F))
    return tuple(("rmcp.supports", word) for word, is_so in said if is_so)


def hints(key: str, value: str) -> Iterable[str]:
    """A controller of today has a page of its own, and that in cipher."""
    return ("controller",) if value == "open" else ()


async def ask(network: Network, host: Host, hint: str) -> Answers:
    heard = await network.udp(host.address, PORT, QUESTION, LIMIT)
    for key, value in parse(heard or b""):
        yield Answer(host.address, key, value)


PROBE = HintProbe(
    "rmcp",
    "asks who serves a page in cipher whether it is the management controller of a machine, by one ping of RMCP",
    tells=("rmcp.supports",),
    ask=ask,
    hears=frozenset({"tcp.443"}),
    hints=hints,
    needs=frozenset({"udp"}),
)
