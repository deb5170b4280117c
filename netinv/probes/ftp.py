"""FTP: the greeting, in which printers, cameras and disks say what they are (RFC 959, 5.4)."""

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes import greeting
from netinv.probes.base import Answers, ServiceProbe

LINES = 8
TEXT = 512


def parse(heard: bytes, code: bytes = b"220") -> str | None:
    """The greeting on one line, after its code; None if it is none. It may have several lines (RFC 959, 4.2)."""
    lines = [line.strip() for line in heard.split(b"\n")[:LINES]]
    if not lines[0].startswith(code):
        return None
    said = [line[len(code) + 1 :] if line.startswith(code) else line for line in lines]
    text = b" ".join(filter(None, said))[:TEXT].decode("utf-8", "replace")
    return f"{code.decode()} {text}" if text else None


async def ask(network: Network, host: Host, port: int) -> Answers:
    if banner := parse(await greeting.hear(network, host.address, port)):
        yield Answer(host.address, "ftp.banner", banner)


PROBE = ServiceProbe("ftp", "hears how an FTP server greets", tells=("ftp.banner",), ask=ask, ports=(21,))
