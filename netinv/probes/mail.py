"""IMAP and POP3: how a mail server greets (RFC 9051, 7.1; RFC 1939, 4), asked beside SMTP only: they seldom run without it."""

from collections.abc import Iterable

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes import greeting
from netinv.probes.base import Answers, HintProbe

PORTS = {"imap": 143, "pop3": 110}
TEXT = 512
_BEGINS = {"imap": (b"* OK", b"* PREAUTH", b"* BYE"), "pop3": (b"+OK",)}


def parse(protocol: str, heard: bytes) -> str | None:
    """The greeting's line; None if it is none."""
    line = heard.split(b"\n", 1)[0].strip()
    return line[:TEXT].decode("utf-8", "replace") if line.startswith(_BEGINS[protocol]) else None


def hints(key: str, value: str) -> Iterable[str]:
    """Whoever has a mail server for sending may have one for reading."""
    return PORTS


async def ask(network: Network, host: Host, protocol: str) -> Answers:
    if banner := parse(protocol, await greeting.hear(network, host.address, PORTS[protocol])):
        yield Answer(host.address, f"{protocol}.banner", banner)


PROBE = HintProbe(
    "mail",
    "hears how a mail server greets that is read by IMAP or POP3",
    tells=("imap.banner", "pop3.banner"),
    ask=ask,
    hears=frozenset({"smtp.banner"}),
    hints=hints,
)
