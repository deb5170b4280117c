"""SSDP: which UPnP devices are on the link, and where they describe themselves (UPnP Device Architecture 2.0, 1.3)."""

from contextlib import aclosing
from email.parser import BytesHeaderParser

from netinv.net.network import Network
from netinv.net.scope import Scope
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe
from netinv.probes.groups import Question, facts, groups
from netinv.probes.http_document import locate

PORT = 1900
IPV4, IPV6 = "239.255.255.250", "ff02::c"
"""Its groups (1.1, and annex A for IPv6)."""
SEARCHED = ("ssdp:all", "upnp:rootdevice")
"""Everything; and roots once more, since small devices answer one and not the other (1.3.2)."""
WAIT = 1
"""Seconds within which devices shall answer at a moment of their own choosing: the least there is (MX in 1.3.2)."""
LIMIT = 2048
FACTS = 64
"""Taken of one device."""


def question(group: str, target: str) -> bytes:
    """A search for `target` (1.3.2)."""
    host = f"[{group.upper()}]:{PORT}" if ":" in group else f"{group}:{PORT}"
    lines = ["M-SEARCH * HTTP/1.1", f"HOST: {host}", 'MAN: "ssdp:discover"', f"MX: {WAIT}", f"ST: {target}", "", ""]
    return "\r\n".join(lines).encode("ascii")


def parse(message: bytes, source: str) -> tuple[tuple[str, str], ...]:
    """What an answer to a search tells of its sender `source`; nothing if it is none. A LOCATION counts only at itself."""
    first, _, rest = message[:LIMIT].partition(b"\n")
    words = first.split()
    if len(words) < 2 or not words[0].upper().startswith(b"HTTP/") or words[1] != b"200":
        return ()
    headers = BytesHeaderParser().parsebytes(rest)
    said = {name: str(headers.get(name, "")).strip() for name in ("st", "usn", "server", "location")}
    if not said["st"]:
        return ()
    told = [("ssdp.server", said["server"])]
    if not said["st"].startswith("uuid:"):
        told.append(("ssdp.st", said["st"]))
    if said["st"] == "upnp:rootdevice":  # one of each device: those of its services say no more
        told.append(("ssdp.usn", said["usn"]))
    if locate(said["location"], source):
        told.append(("ssdp.location", said["location"]))
    return tuple((key, value) for key, value in told if value)


async def ask(network: Network, targets: Targets) -> Answers:
    asked = groups(Scope(network.interface, targets), IPV4, IPV6)
    questions = [Question(group, PORT, question(group, target)) for target in SEARCHED for group in asked]
    async with aclosing(facts(network, questions, parse, {}, FACTS)) as found:
        async for fact in found:
            yield fact


PROBE = LinkProbe(
    "ssdp",
    "searches the link for UPnP devices and services, and where they describe themselves, by SSDP",
    tells=("ssdp.st", "ssdp.usn", "ssdp.server", "ssdp.location"),
    ask=ask,
    needs=frozenset({"multicast"}),
)
