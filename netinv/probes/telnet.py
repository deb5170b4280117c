"""Telnet: what is printed before a login, where switches, printers and much else say what they are (RFC 854).

Its options are taken out here: telnetlib went from Python with 3.13, and telnetlib3 opens connections of its own, past the door.
"""

import re

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.net.peer import reach
from netinv.probes.base import Answers, ServiceProbe

LIMIT = 2048
"""Bytes."""
TEXT = 512
_COMMAND = re.compile(rb"\xff(?:\xfa[^\xff]{0,256}\xff\xf0|[\xfb-\xfe].?|[\xf0-\xf9]|(?=\xff))", re.DOTALL)
"""Options and their parameters (RFC 854, p. 14)."""
_REFUSALS = {0xFD: 0xFC, 0xFB: 0xFE}
"""DO is answered by WONT, and WILL by DONT."""
_ASKED = re.compile(rb"\xff([\xfb\xfd])(.)", re.DOTALL)
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]{0,16}[ -/]{0,4}[@-~]|[@-Z\\-_])")
"""Of a terminal (ECMA-48, 5.4)."""


def parse(heard: bytes) -> str | None:
    """The text, on one line, without options and terminal commands; None if there is none."""
    text = _COMMAND.sub(b"", heard[:LIMIT]).replace(b"\0", b"").decode("utf-8", "replace").replace("\ufffd", "")
    return " ".join(_ESCAPE.sub(" ", text).split())[:TEXT] or None


def refusal(heard: bytes) -> bytes:
    """No to every option asked for: some wait for it before they print anything."""
    return b"".join(bytes((0xFF, _REFUSALS[verb[0]])) + option for verb, option in _ASKED.findall(heard[:LIMIT])[:16])


async def ask(network: Network, host: Host, port: int) -> Answers:
    async with reach(network, host.address, port) as peer:
        heard = await peer.hear(LIMIT) if peer else b""
        # A second and a third time, since the options come first, and the prompt by itself.
        for _ in range(2):
            if not peer or not heard or len(heard) >= LIMIT or b"ogin" in heard or b"assword" in heard:
                break
            no = refusal(heard) if not parse(heard) else b""
            if not (more := await peer.say(no, LIMIT - len(heard)) if no else await peer.hear(LIMIT - len(heard))):
                break
            heard += more
    if banner := parse(heard):
        yield Answer(host.address, "telnet.banner", banner)


PROBE = ServiceProbe("telnet", "hears what is printed before a login by telnet", tells=("telnet.banner",), ask=ask, ports=(23,))
