"""SNMP: what a device says of its system, its make and its parts, to who knows the community (RFC 3418, RFC 2790, RFC 6933).

Which engine answers, version 3 tells everybody (RFC 3414, 4).
"""

import random
from collections.abc import Iterator

from netinv.model import Answer, Host
from netinv.net import snmp
from netinv.net.network import Network
from netinv.probes.base import Answers, HostProbe

PORT = 161
LIMIT = 4096
"""Bytes of an answer."""
COMMUNITIES = 3
"""Tried at most."""
_SYSTEM = {
    "1.3.6.1.2.1.1.1.0": "snmp.sysdescr",
    "1.3.6.1.2.1.1.2.0": "snmp.sysobjectid",
    "1.3.6.1.2.1.1.4.0": "snmp.syscontact",
    "1.3.6.1.2.1.1.5.0": "snmp.sysname",
    "1.3.6.1.2.1.1.6.0": "snmp.syslocation",
    "1.3.6.1.2.1.2.1.0": "snmp.interfaces",
}
"""What every agent has (RFC 1213, 6), so that one of version 1 answers for all of it."""
_MORE = {
    "1.3.6.1.2.1.4.1.0": "snmp.forwarding",
    "1.3.6.1.2.1.25.3.2.1.2.1": "snmp.device-type",
    "1.3.6.1.2.1.25.3.2.1.3.1": "snmp.device-description",
    "1.3.6.1.2.1.43.5.1.1.17.1": "snmp.serial",
    "1.3.6.1.2.1.47.1.1.1.1.11.1": "snmp.serial",
    "1.3.6.1.2.1.47.1.1.1.1.12.1": "snmp.manufacturer",
    "1.3.6.1.2.1.47.1.1.1.1.13.1": "snmp.model",
}
"""The first device (RFC 2790, 4.5), the first printer (RFC 3805, 6) and the chassis (RFC 6933, 3)."""
OBJECTS = _SYSTEM | _MORE
ENGINE = "snmp.engine-id"
_VERSIONS: tuple[tuple[snmp.Version, dict[str, str]], ...] = ((2, OBJECTS), (1, _SYSTEM))
_NOTHING = frozenset({"", "0.0", "unknown", "none"})


def parse(message: bytes, request: int) -> dict[str, str] | None:
    """What an answer tells, by object; None if it is no answer to this request."""
    heard = snmp.read(message, request)
    return None if heard is None else {each: value for each, value in heard.items() if each in OBJECTS}


def tell(told: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The facts in what was told."""
    for each, value in told.items():
        if value.casefold() not in _NOTHING:
            yield OBJECTS[each], value


async def ask(network: Network, host: Host) -> Answers:
    for community in network.communities[:COMMUNITIES]:
        for version, objects in _VERSIONS:
            request = random.randrange(1 << 24, 1 << 31)  # always four bytes
            heard = await network.udp(host.address, PORT, snmp.question(objects, community, version, request), LIMIT)
            if heard and (told := parse(heard, request)):
                for key, value in tell(told):
                    yield Answer(host.address, key, value)
                async for answer in _engine(network, host):
                    yield answer
                return
    async for answer in _engine(network, host):
        yield answer


async def _engine(network: Network, host: Host) -> Answers:
    request = random.randrange(1 << 24, 1 << 31)
    heard = await network.udp(host.address, PORT, snmp.discovery(request), LIMIT)
    if heard and (engine := snmp.read_engine(heard, request)):
        yield Answer(host.address, ENGINE, engine)


PROBE = HostProbe(
    "snmp",
    "asks each host for its description, make, model and serial number by SNMP; only with `--also snmp` or `--community`",
    tells=(*dict.fromkeys(OBJECTS.values()), ENGINE),
    ask=ask,
    needs=frozenset({"udp"}),
    by_default=False,
    load=snmp.load,
)
