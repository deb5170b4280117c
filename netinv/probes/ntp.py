"""NTP: the system and the software of a time server, as it tells by a control message (RFC 9327).

Asked only of who may serve time: what carries the network, and what lets itself be managed by a terminal.
"""

import random
import re
from collections.abc import Iterable

from netinv.model import Answer, Host
from netinv.net import ntp
from netinv.net.network import Network
from netinv.probes.base import Answers, HintProbe

PORT = 123
LIMIT = 1024
"""Bytes of the answer; it has some 500, of which only the first datagram is read."""
_TELLING = re.compile(r'\b(version|processor|system)="([^"]{1,128})"')


def parse(message: bytes, sequence: int) -> str | None:
    """What the answer tells of the system and its software; None if it tells nothing of that."""
    told = dict(_TELLING.findall(ntp.read(message, sequence) or ""))
    return ", ".join(f'{name}="{value}"' for name, value in told.items()) or None


def hints(key: str, value: str) -> Iterable[str]:
    """It is asked but once, whatever makes it worth while."""
    return ("time",)


async def ask(network: Network, host: Host, hint: str) -> Answers:
    sequence = random.randrange(1, 1 << 16)
    heard = await network.udp(host.address, PORT, ntp.question(sequence), LIMIT)
    if heard and (told := parse(heard, sequence)):
        yield Answer(host.address, "ntp.system", told)


PROBE = HintProbe(
    "ntp",
    "asks a router, and who can be reached by SSH or telnet, for the software that serves its time",
    tells=("ntp.system",),
    ask=ask,
    hears=frozenset({"route.gateway", "ndp.router", "ssh.banner", "telnet.banner"}),
    hints=hints,
    needs=frozenset({"udp"}),
    load=ntp.load,
)
