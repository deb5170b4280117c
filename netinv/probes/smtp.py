"""SMTP: the greeting, which names the host and its software (RFC 5321, 3.1 and 4.2)."""

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes import greeting
from netinv.probes.base import Answers, ServiceProbe
from netinv.probes.ftp import parse


async def ask(network: Network, host: Host, port: int) -> Answers:
    if banner := parse(await greeting.hear(network, host.address, port)):  # its replies have the form of FTP's
        yield Answer(host.address, "smtp.banner", banner)


PROBE = ServiceProbe("smtp", "hears how a mail server greets", tells=("smtp.banner",), ask=ask, ports=(25,))
