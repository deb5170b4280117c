"""The TLS of a simulated device: the server's side of one connection, with the certificate the device shows."""

import os
import ssl
from collections.abc import Callable
from functools import cache
from importlib.resources import files


class Session:
    """What is said on one connection, read in the clear by `says` and answered in cipher."""

    def __init__(self, certificate: bytes, says: Callable[[bytes], bytes]) -> None:
        """`certificate` is DER, of the lab's one key (data/tls.pem); `says` is told a request and returns the answer."""
        self._says = says
        self._arrived, self._leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = _context(certificate).wrap_bio(self._arrived, self._leaving, server_side=True)
        self._is_secure = False
        self.is_over = False
        """It has answered as HTTP does, or what it heard was no TLS."""

    def hear(self, data: bytes) -> bytes:
        """What goes back once `data` has arrived: the handshake's part, an alert, or an answer."""
        self._arrived.write(data)
        try:
            if not self._is_secure:
                self._tls.do_handshake()
                self._is_secure = True
            if answer := self._says(self._tls.read(16_384)):
                self._tls.write(answer)
                self.is_over = answer.startswith(b"HTTP/")
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            self.is_over = True
        return self._leaving.read()


@cache
def _context(certificate: bytes) -> ssl.SSLContext:
    """`ssl` takes a certificate and its key from a file only; this one is in memory, for as long as it is read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = 0  # nobody comes back, and what is said should not depend on chance
    file = os.memfd_create("certificate")
    try:
        os.write(file, files("netinv.lab").joinpath("data", "tls.pem").read_bytes())
        os.write(file, ssl.DER_cert_to_PEM_cert(certificate).encode("ascii"))
        context.load_cert_chain(f"/proc/self/fd/{file}")
    finally:
        os.close(file)
    return context
