"""Controllers of industry and buildings: Modbus, EtherNet/IP and BACnet say what they are; never asked unless a user says so.

Each question only reads, and each is the first that its standard names for this. Still, some controllers stop at whatever they do
not expect, and what they control stops with them.
"""

import asyncio
import struct

from netinv.model import Answer, Host
from netinv.net import industry
from netinv.net.network import Network
from netinv.net.peer import reach
from netinv.probes.base import Answers, HostProbe

MODBUS, ENIP, BACNET = 502, 44818, 47808
"""TCP, TCP, and UDP."""
LIMIT = 1024
"""Bytes of an answer."""
WHO_IS = (
    b"\x81\x0a\0\x08"  # BACnet/IP to one address (ASHRAE 135, J.2.11)
    b"\x01\0"  # version 1, to whoever it reaches (6.2)
    b"\x10\x08"  # unconfirmed request: Who-Is, whoever you are (16.10)
)
_I_AM = b"\x10\0\xc4"
"""Unconfirmed request: I-Am; and the tag of the object identifier that comes first in it (16.10.2)."""
_DEVICE = 8
"""The type of an object that is the device itself (21)."""

Facts = tuple[tuple[str, str], ...]


def parse_modbus(message: bytes) -> Facts:
    """Vendor and product."""
    told = industry.read_modbus(message) or {}
    facts = (("modbus.vendor", told.get(0)), ("modbus.product", told.get(1)))
    return tuple((key, value) for key, value in facts if value)


def parse_enip(message: bytes) -> Facts:
    """Vendor and kind by number, and the product's name."""
    told = industry.read_enip(message)
    if told is None:
        return ()
    numbers = (("enip.vendor", str(told.vendor)), ("enip.device-type", str(told.kind)))
    return (*numbers, ("enip.product", told.name)) if told.name else numbers


def parse_bacnet(message: bytes) -> Facts:
    """The number of the device."""
    begin = message.find(_I_AM, 4, 64)
    if message[:1] != WHO_IS[:1] or begin < 0 or len(message) < begin + 7:
        return ()
    (number,) = struct.unpack_from("!I", message, begin + 3)
    return (("bacnet.device", str(number & 0x3FFFFF)),) if number >> 22 == _DEVICE else ()


async def ask(network: Network, host: Host) -> Answers:
    modbus, enip, bacnet = await asyncio.gather(
        _first(network, host.address, MODBUS, industry.modbus_question()),
        _first(network, host.address, ENIP, industry.enip_question()),
        network.udp(host.address, BACNET, WHO_IS, LIMIT),
    )
    for key, value in (*parse_modbus(modbus), *parse_enip(enip), *parse_bacnet(bacnet or b"")):
        yield Answer(host.address, key, value)


async def _first(network: Network, address: str, port: int, question: bytes) -> bytes:
    """The first that is said in answer, whole or not: it is short."""
    async with reach(network, address, port) as peer:
        return await peer.say(question, LIMIT) if peer else b""


PROBE = HostProbe(
    "industrial",
    "asks controllers what they are by Modbus, EtherNet/IP and BACnet; fragile ones exist: only with `--also industrial`",
    tells=("modbus.vendor", "modbus.product", "enip.vendor", "enip.device-type", "enip.product", "bacnet.device"),
    ask=ask,
    needs=frozenset({"tcp", "udp"}),
    by_default=False,
    load=industry.load,
)
