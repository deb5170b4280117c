"""Ubiquiti's discovery: access points, switches, radios and cameras of that maker, by model, firmware and name.

No standard; what is read here is what Wireshark's dissector (packet-ubdp.c) and nmap's ubiquiti-discovery describe.
"""

from collections.abc import Iterator
from contextlib import aclosing

from netinv.model import Answer
from netinv.net.network import EVERYBODY, Network
from netinv.net.scope import Scope
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe
from netinv.probes.groups import Question, answers

PORT = 10001
QUESTION = bytes((1, 0, 0, 0))
"""Version 1, command 0, and nothing more."""
FIELDS = 64
_KEYS = {
    0x03: "ubiquiti.firmware",
    0x0B: "ubiquiti.name",
    0x0C: "ubiquiti.platform",
    0x14: "ubiquiti.model",
    0x15: "ubiquiti.model",
}
_HEAD = 4
_ANSWERS = {(1, 0), (2, 6), (2, 9), (2, 11)}
"""Versions, and the commands that are answers or announcements."""


def parse(message: bytes) -> Iterator[tuple[str, str]]:
    """What an answer tells: a head of version, command and length, then fields of a type, a length and a value."""
    if len(message) <= _HEAD or tuple(message[:2]) not in _ANSWERS or int.from_bytes(message[2:4], "big") > len(message) - _HEAD:
        return
    place = _HEAD
    for _ in range(FIELDS):
        kind, end = message[place : place + 1], place + 3 + int.from_bytes(message[place + 1 : place + 3], "big")
        value = message[place + 3 : end]
        if not kind or end > len(message):
            return
        if (key := _KEYS.get(kind[0])) and (said := value.decode("utf-8", "replace").strip("\0 ")):
            yield key, said
        place = end


async def ask(network: Network, targets: Targets) -> Answers:
    if not Scope(network.interface, targets).covers_link:  # nobody wakes everybody to hear of a few
        return
    async with aclosing(answers(network, [Question(EVERYBODY, PORT, QUESTION)])) as heard:
        async for datagram in heard:
            for key, value in parse(datagram.payload) if datagram.port == PORT else ():
                yield Answer(datagram.address, key, value)


PROBE = LinkProbe(
    "ubiquiti",
    "asks everybody on the link for Ubiquiti devices: model, firmware, name",
    tells=tuple(dict.fromkeys(_KEYS.values())),
    ask=ask,
    needs=frozenset({"multicast"}),
)
