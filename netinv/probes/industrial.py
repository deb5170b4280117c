"""Controllers say what they are by Modbus, EtherNet/IP, BACnet and S7; never asked unless a user says so.

Each question only reads, and each is the first that its standard names for this. Still, some controllers stop at whatever they do
not expect, and what they control stops with them.
"""

import asyncio
from itertools import count

from netinv.model import Answer, Host
from netinv.net import bacnet, industry, s7
from netinv.net.network import Network
from netinv.net.peer import Peer, reach
from netinv.probes.base import Answers, HostProbe

S7, MODBUS, ENIP, BACNET = 102, 502, 44818, 47808
"""TCP all but the last, which is UDP."""
LIMIT = 1024
"""Bytes of an answer."""

Facts = tuple[tuple[str, str], ...]


def parse_modbus(message: bytes) -> Facts:
    """Vendor, product, and its revision."""
    told = industry.read_modbus(message) or {}
    facts = (("modbus.vendor", told.get(0)), ("modbus.product", told.get(1)), ("modbus.firmware", told.get(2)))
    return tuple((key, value) for key, value in facts if value)


def parse_enip(message: bytes) -> Facts:
    """Vendor and kind by number, the product's name, its revision and its serial number."""
    told = industry.read_enip(message)
    if told is None:
        return ()
    facts = (
        ("enip.vendor", str(told.vendor)),
        ("enip.device-type", str(told.kind)),
        ("enip.product", told.name),
        ("enip.firmware", told.revision if told.revision != "0.0" else ""),
        ("enip.serial", f"{told.serial:08x}" if told.serial else ""),
    )
    return tuple((key, value) for key, value in facts if value)


async def ask(network: Network, host: Host) -> Answers:
    heard = await asyncio.gather(
        _ask_modbus(network, host.address),
        _ask_enip(network, host.address),
        _ask_bacnet(network, host.address),
        _ask_s7(network, host.address),
    )
    for key, value in (fact for facts in heard for fact in facts):
        yield Answer(host.address, key, value)


async def _ask_modbus(network: Network, address: str) -> Facts:
    async with reach(network, address, MODBUS) as peer:
        return parse_modbus(await peer.say(industry.modbus_question(), LIMIT)) if peer else ()


async def _ask_enip(network: Network, address: str) -> Facts:
    async with reach(network, address, ENIP) as peer:
        return parse_enip(await peer.say(industry.enip_question(), LIMIT)) if peer else ()


async def _ask_bacnet(network: Network, address: str) -> Facts:
    """One question after the other, the more only once it has answered; many answer Who-Is to everybody, whom we do not hear."""
    device = bacnet.read_device(await network.udp(address, BACNET, bacnet.WHO_IS, bacnet.LIMIT) or b"")
    told = [("bacnet.device", str(device))] if device is not None else []
    for invoke, (number, key) in zip(count(1), bacnet.PROPERTIES.items(), strict=False):
        question = bacnet.question(bacnet.WHOEVER if device is None else device, number, invoke)
        heard = await network.udp(address, BACNET, question, bacnet.LIMIT)
        if heard is None:
            break
        if value := bacnet.read_property(heard, number, invoke):
            told.append((key, value))
    return tuple(told)


async def _ask_s7(network: Network, address: str) -> Facts:
    """By the first of the slots in which there is a CPU."""
    for slot in s7.SLOTS:
        async with reach(network, address, S7) as peer:
            if peer is None:
                return ()
            if s7.is_confirmed(await _message(peer, s7.connection(slot))):
                if not s7.is_set_up(await _message(peer, s7.setup())):
                    return ()
                lists = [await _message(peer, s7.question(number)) for number in (s7.MODULE, s7.COMPONENT)]
                return tuple(dict.fromkeys(fact for each in lists for fact in s7.read(each)))
    return ()


async def _message(peer: Peer, said: bytes) -> bytes:
    """The answer, to its end as far as it has one."""
    heard = await peer.say(said, s7.LIMIT)
    while heard and not s7.is_whole(heard) and len(heard) < s7.LIMIT and (more := await peer.hear(s7.LIMIT - len(heard))):
        heard += more
    return heard


PROBE = HostProbe(
    "industrial",
    "asks controllers what they are by Modbus, EtherNet/IP, BACnet and S7; fragile ones exist: only with `--also industrial`",
    tells=(
        *("modbus.vendor", "modbus.product", "modbus.firmware"),
        *("enip.vendor", "enip.device-type", "enip.product", "enip.firmware", "enip.serial"),
        *("bacnet.device", *bacnet.PROPERTIES.values()),
        *("s7.module", "s7.firmware", "s7.name", "s7.model", "s7.serial"),
    ),
    ask=ask,
    needs=frozenset({"tcp", "udp"}),
    by_default=False,
    load=industry.load,
)
