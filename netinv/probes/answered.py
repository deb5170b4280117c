"""What devices answer to others, as a capture file shows it: by port, read as the probe reads it that would ask there."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

import dns.exception
import dns.message
import dns.reversename

from netinv.model import Answer, Notice, Saying
from netinv.net import certificates, handshake
from netinv.net import snmp as snmp_messages
from netinv.net.network import Datagram, Network
from netinv.net.overheard import Overheard
from netinv.net.targets import Targets
from netinv.probes import (
    announced,
    ftp,
    kasa,
    llmnr,
    mail,
    mdns,
    mqtt,
    netbios,
    playstation,
    rdp,
    rmcp,
    sip,
    smb,
    smtp,
    snmp,
    ssdp,
    ssh,
    ssh_transport,
    synology,
    telnet,
    tls,
    txt,
    ubiquiti,
    vnc,
    ws_discovery,
)
from netinv.probes import dns as reverse_dns
from netinv.probes.base import Answers, LinkProbe, Probe, heed
from netinv.probes.overheard import is_on_link
from netinv.probes.visited import TELLS as WEB
from netinv.probes.visited import Visited

FACTS = 64
"""Facts taken of one answer."""
Facts = Iterable[tuple[str, str]]


def _mdns(heard: Overheard) -> Facts:
    source = heard.source or ""
    yield from ((each.key, each.value) for each in mdns.tell(Datagram(source, heard.port, heard.payload)))
    yield from (("mdns.hostname", name) for name in mdns.reverse_names(heard.payload, source))


def _llmnr(heard: Overheard) -> Facts:
    asked = llmnr.question(heard.source or "", int.from_bytes(heard.payload[:2], "big"))
    return (("llmnr.name", name) for name in llmnr.parse(heard.payload, asked))


def _snmp(heard: Overheard) -> Facts:
    if (request := snmp_messages.request_of(heard.payload)) is not None:
        yield from snmp.tell(snmp.parse(heard.payload, request) or {})
    elif engine := snmp_messages.read_engine(heard.payload):
        yield snmp.ENGINE, engine


def _ssh(heard: Overheard) -> Facts:
    said = heard.before + heard.payload
    if banner := ssh.parse(said):
        yield "ssh.banner", banner
        if key := ssh_transport.fingerprint(said[said.index(b"SSH-") :].partition(b"\n")[2]):
            yield "ssh.hostkey", key


def _tls(heard: Overheard) -> Facts:
    certificate = handshake.certificate(heard.before + heard.payload)
    return tls.parse(certificate) if certificate and len(certificate) <= certificates.LIMIT else ()


def _one(key: str, value: str | None) -> Facts:
    return ((key, value),) if value else ()


def _greeting(key: str, parse: Callable[[bytes], str | None]) -> Callable[[Overheard], Facts]:
    """What is said before anybody asks."""
    return lambda heard: () if heard.before or heard.asked else _one(key, parse(heard.payload))


DATAGRAMS: Mapping[int, Callable[[Overheard], Facts]] = {
    netbios.PORT: lambda heard: netbios.parse(heard.payload, int.from_bytes(heard.payload[:2], "big")),
    snmp.PORT: _snmp,
    rmcp.PORT: lambda heard: rmcp.parse(heard.payload),
    ssdp.PORT: lambda heard: ssdp.parse(heard.payload, heard.source or ""),
    ws_discovery.PORT: lambda heard: ws_discovery.parse(heard.payload, heard.source or ""),
    sip.PORT: lambda heard: sip.parse(heard.payload, ""),
    mdns.PORT: _mdns,
    llmnr.PORT: _llmnr,
    kasa.PORT: lambda heard: (*kasa.parse(heard.payload), *synology.parse(heard.payload)),  # both are at 9999
    ubiquiti.PORT: lambda heard: ubiquiti.parse(heard.payload),
    **dict.fromkeys(playstation.SEARCHES, lambda heard: playstation.parse(heard.payload)),
}
"""Who answers from which UDP port, but for resolvers, who tell of others."""
STREAMS: Mapping[int, Callable[[Overheard], Facts]] = {
    21: _greeting("ftp.banner", ftp.parse),
    22: _ssh,
    23: lambda heard: _one("telnet.banner", telnet.parse(heard.before + heard.payload)),
    25: _greeting("smtp.banner", ftp.parse),
    110: _greeting("pop3.banner", lambda said: mail.parse("pop3", said)),
    143: _greeting("imap.banner", lambda said: mail.parse("imap", said)),
    443: _tls,
    445: lambda heard: smb.parse(heard.payload, heard.payload),
    1883: lambda heard: _one("mqtt.broker", mqtt.parse(heard.payload)),
    3389: lambda heard: () if heard.before else _one("rdp.security", rdp.parse(heard.payload)),
    5900: _greeting("vnc.version", vnc.parse),
    8443: _tls,
}
"""By TCP port; what is HTTP or RTSP is so at any."""
_READ: tuple[Probe, ...] = (
    *(netbios.PROBE, rmcp.PROBE, ssdp.PROBE, ws_discovery.PROBE, sip.PROBE, llmnr.PROBE, kasa.PROBE, ubiquiti.PROBE),
    *(playstation.PROBE, ftp.PROBE, ssh.PROBE, telnet.PROBE, smtp.PROBE, mail.PROBE, smb.PROBE, mqtt.PROBE, vnc.PROBE),
    *(synology.PROBE, snmp.PROBE, tls.PROBE, reverse_dns.PROBE),
)
"""Whose answers are read whole; of others a part."""
_MDNS = (key for key in mdns.TELLS if key.startswith("mdns."))
TELLS = tuple(dict.fromkeys((*_MDNS, *txt.TELLS, *(key for each in _READ for key in each.tells), "rdp.security", *WEB)))


def names(heard: Overheard) -> Iterator[Answer]:
    """What a resolver answers to who asked it for the name of an address."""
    if not heard.asked or len(heard.payload) > reverse_dns.LIMIT:
        return
    try:
        question = dns.message.from_wire(heard.asked).question
        address = dns.reversename.to_address(question[0].name) if question else ""
    except (dns.exception.DNSException, ValueError, KeyError, IndexError, NotImplementedError):
        return
    for name in reverse_dns.parse(heard.payload, heard.asked) if address else ():
        yield Answer(address, "dns.ptr", name)


async def ask(network: Network, targets: Targets) -> Answers:
    web = Visited()
    async for heard in network.listen("udp", "tcp", "mdns", "ssdp"):
        if heard.source is None:
            continue
        if heard.topic == "udp" and heard.port == 53:
            for answer in heed(heard.source, names, heard):
                if isinstance(answer, Notice) or is_on_link(answer.address, network.interface):
                    yield answer
        elif is_on_link(heard.source, network.interface):
            for answer in heed(heard.source, read, heard, web):
                yield answer


def read(heard: Overheard, web: Visited) -> Iterator[Answer]:
    """What an answer tells of its sender; of what is announced only what it hints at is noted."""
    source = heard.source or ""
    if heard.topic not in ("udp", "tcp"):
        for announcement in announced.read(heard):
            web.note(source, announcement.key, announcement.value)
        return
    facts: Facts = ()
    if heard.topic == "udp":
        parse = DATAGRAMS.get(heard.port)
        facts = parse(heard) if parse else ()
    elif heard.payload.startswith((b"HTTP/", b"RTSP/")):
        facts = web.read(heard)
    elif parse := STREAMS.get(heard.port):
        facts = parse(heard)
    for key, value in islice(dict.fromkeys(facts), FACTS):
        web.note(source, key, value)
        # A datagram can be sent in another's name; a connection cannot be held so.
        yield Saying(source, key, value, heard.mac) if heard.topic == "udp" else Answer(source, key, value)


PROBE = LinkProbe(
    "answered",
    "reads from a capture file what devices answer to others, as the probes that ask them would; only with `netinv read`",
    tells=TELLS,
    ask=ask,
    needs=frozenset({"listen", "capture"}),
    proves=frozenset(TELLS) - {"dns.ptr"},
    by_default=False,
)
