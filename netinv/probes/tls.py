"""TLS: whom a server's certificate was made for, mostly signed by itself (RFC 5280); and the first page behind it."""

from hashlib import sha256

from netinv.model import Answer, Host
from netinv.net import certificates
from netinv.net.network import Network
from netinv.probes import favicon, web_page
from netinv.probes.base import Answers, ServiceProbe
from netinv.probes.http import Visit, look


def parse(certificate: bytes) -> tuple[tuple[str, str], ...]:
    """What a certificate tells, given as DER; nothing if it is none."""
    found = certificates.read(certificate)
    if found is None:
        return ()
    told = [("tls.subject", found.subject), ("tls.issuer", found.issuer), *(("tls.name", name) for name in found.names)]
    told.append(("tls.fingerprint", sha256(certificate).hexdigest()))
    return tuple((key, value) for key, value in told if value)


async def ask(network: Network, host: Host, port: int) -> Answers:
    visit = Visit(network, host.address, port, is_secure=True)
    answers = [answer async for answer in look(visit, host.address, port, is_secure=True)]
    await visit.close()
    for key, value in parse(visit.certificate):
        yield Answer(host.address, key, value)
    for answer in answers:
        yield answer


PROBE = ServiceProbe(
    "tls",
    "reads the certificate of who speaks TLS, whoever signed it, and asks for the first page as `http` does",
    tells=("tls.subject", "tls.issuer", "tls.name", "tls.fingerprint", *web_page.TELLS, favicon.KEY),
    ask=ask,
    ports=(443, 8443),
)
