"""The simulated devices' TLS, spoken to by a real client."""

import random
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import household
from netinv.lab.household import SimulatedDevice
from netinv.lab.packets import ACK, FIN, PSH, RST, SYN, Segment
from netinv.lab.tcp import Connections
from netinv.lab.tls import Session
from netinv.net import certificates

HOME = household()
SPEAKERS = [(d, port) for d in HOME.devices for port in d.certificates]


class Client:
    """Segments to a device, and what it says in the clear."""

    def __init__(self, device: SimulatedDevice, port: int) -> None:
        self._connections = Connections(random.Random(1))
        self._device, self._port = device, port
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self._arrived, self._leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._arrived, self._leaving)
        self._seq, self._ack = 1, 0
        self.flags = 0
        self._say(SYN)
        self._say(ACK)

    def do(self, step: str, *arguments: bytes | int) -> object:
        """A step of TLS, with as many segments to and fro as it takes."""
        for _ in range(8):
            try:
                return getattr(self.tls, step)(*arguments)
            except ssl.SSLWantReadError:
                self._say(PSH | ACK, self._leaving.read())
        raise AssertionError("no end to it")

    def _say(self, flags: int, data: bytes = b"") -> None:
        for heard in self._connections.hear(
            b"\x0a\0\0\2", self._device, Segment(40_000, self._port, self._seq, self._ack, flags, data)
        ):
            self.flags |= heard.flags
            self._arrived.write(heard.data)
            self._ack = (heard.seq + len(heard.data) + bool(heard.flags & (SYN | FIN))) & 0xFFFFFFFF
        self._seq += len(data) + bool(flags & (SYN | FIN))


@pytest.mark.parametrize(("device", "port"), SPEAKERS, ids=lambda each: getattr(each, "address", None))
def test_a_device_shows_its_certificate_answers_in_cipher_and_hangs_up(device: SimulatedDevice, port: int) -> None:
    client = Client(device, port)
    client.do("do_handshake")
    shown = client.tls.getpeercert(binary_form=True)
    assert shown == device.certificates[port]
    assert certificates.read(shown)
    client.do("write", b"GET / HTTP/1.1\r\n\r\n")
    assert client.do("read", 4096) == device.says(port, b"GET / HTTP/1.1\r\n\r\n")
    assert client.flags & FIN
    assert not client.flags & RST


def test_every_tls_port_of_the_household_is_open_and_says_something_to_a_request() -> None:
    assert len(SPEAKERS) >= 5
    assert {port for d in HOME.devices for port in d.tcp if port == 443} == {443}
    for device in HOME.devices:
        assert (443 in device.tcp) is (443 in device.certificates), device.address
    assert all(device.says(port, b"GET / HTTP/1.1\r\n\r\n") for device, port in SPEAKERS)


@given(st.binary(max_size=600))
def test_what_is_no_tls_ends_it_and_raises_nothing(data: bytes) -> None:
    device, port = SPEAKERS[0]
    session = Session(device.certificates[port], lambda heard: heard)
    session.hear(data)
    session.hear(data)
