"""VNC: the version of its protocol that a screen offers, by which Apple's is known (RFC 6143, 7.1.1)."""

import re

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes import greeting
from netinv.probes.base import Answers, ServiceProbe

_VERSION = re.compile(rb"RFB \d{3}\.\d{3}\n")


def parse(heard: bytes) -> str | None:
    """The version; None if there is none."""
    found = _VERSION.match(heard)
    return found[0].decode("ascii").strip() if found else None


async def ask(network: Network, host: Host, port: int) -> Answers:
    if version := parse(await greeting.hear(network, host.address, port)):
        yield Answer(host.address, "vnc.version", version)


PROBE = ServiceProbe("vnc", "hears which version of VNC a screen offers", tells=("vnc.version",), ask=ask, ports=(5900,))
