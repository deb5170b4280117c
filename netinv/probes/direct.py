"""What a host would tell everybody, asked of it alone where only a few are scanned: mDNS, SSDP and WS-Discovery by unicast.

A question to a group wakes the whole link; for few hosts that is too much, and these protocols all answer a direct question, too
(RFC 6762, 5.5; UPnP Device Architecture 2.0, 1.3.2; WS-Discovery 1.1, 3.1.2).
"""

import asyncio
from collections.abc import Iterator

from netinv.model import Answer, Host
from netinv.net.network import Datagram, Network
from netinv.probes import mdns, mdns_message, ssdp, txt, ws_discovery, wsd_message
from netinv.probes.base import Answers, HostProbe

LIMIT = 9000
"""Bytes of an answer (RFC 6762, 17)."""
TYPES = 24
"""Types of services asked for beyond those that are common."""


_MDNS = (*(key for key in mdns.TELLS if key.startswith("mdns.")), *txt.TELLS)


async def ask(network: Network, host: Host) -> Answers:
    async def put(port: int, question: bytes) -> Datagram | None:
        heard = await network.udp(host.address, port, question, LIMIT)
        return Datagram(host.address, port, heard) if heard else None

    questions = [(mdns.PORT, mdns.question(names)) for names in mdns.portions([mdns_message.TYPES, *mdns.COMMON])]
    questions.append((ssdp.PORT, ssdp.question(host.address, "upnp:rootdevice")))
    questions += [(ws_discovery.PORT, wsd_message.probe(kind)) for kind in (wsd_message.DEVICE, wsd_message.CAMERA)]
    heard = [each for each in await asyncio.gather(*(put(*question) for question in questions)) if each]
    listed = {name for each in heard if each.port == mdns.PORT for name in mdns.types(each.payload)}.difference(mdns.COMMON)
    if listed:
        more = [(mdns.PORT, mdns.question(names)) for names in mdns.portions(sorted(listed)[:TYPES])]
        heard += [each for each in await asyncio.gather(*(put(*question) for question in more)) if each]
    speaker = mdns.Speaker()
    for each in heard:
        if each.port == mdns.PORT:
            speaker.hear(each)
    rest = speaker.question(host.address) if any(each.port == mdns.PORT for each in heard) else None
    if rest and (last := await put(mdns.PORT, rest)):
        heard.append(last)
    for each in heard:
        for answer in _read(each):
            yield answer


def _read(heard: Datagram) -> Iterator[Answer]:
    """What one answer tells, by the protocol of its port."""
    if heard.port == mdns.PORT:
        yield from (answer for answer in mdns.tell(heard) if answer.key in PROBE.tells)
        yield from (Answer(heard.address, "mdns.hostname", name) for name in mdns.reverse_names(heard.payload, heard.address))
    else:
        parse = ssdp.parse if heard.port == ssdp.PORT else ws_discovery.parse
        yield from (Answer(heard.address, key, value) for key, value in parse(heard.payload, heard.address))


PROBE = HostProbe(
    "direct",
    "asks a host on the link by mDNS, SSDP and WS-Discovery, where only a few hosts are scanned",
    tells=(*_MDNS, *ssdp.PROBE.tells, *ws_discovery.KEYS),
    ask=ask,
    wants=("mac",),
    needs=frozenset({"udp"}),
    is_for_few=True,
)
