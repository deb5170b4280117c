"""TLS: certificates as real servers show them, and as nobody should."""

import ssl
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.net import certificates
from netinv.probes.tls import PROBE, parse
from tests.probes.peers import HOSTILE, Serve, bears, says, tls_context, told, web

PEM = str(Path(__file__).parent / "data" / "device.pem")
"""Self-signed, with a name that has to be escaped; made by `openssl req -x509` for 100 years."""
DER = ssl.PEM_cert_to_DER_cert(Path(PEM).read_text("ascii").partition("-----END PRIVATE KEY-----\n")[2])
FACTS = [
    ("tls.subject", r"C=TW,L=Taipei,O=Synology\, Inc.,CN=nas.example.com"),
    ("tls.issuer", r"C=TW,L=Taipei,O=Synology\, Inc.,CN=nas.example.com"),
    ("tls.name", "nas.example.com"),
    ("tls.name", "diskstation.local"),
    ("tls.fingerprint", sha256(DER).hexdigest()),
]


def test_the_certificate_and_the_page_behind_it_are_told() -> None:
    page = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 23\r\n\r\n<title>NAS</title></hea"
    assert told(PROBE, web({"/": page}), tls=tls_context(PEM, PEM)) == [*FACTS, ("http.server", "nginx"), ("http.title", "NAS")]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_every_version_is_spoken(version: ssl.TLSVersion) -> None:
    context = tls_context(PEM, PEM)
    context.minimum_version = context.maximum_version = version
    assert told(PROBE, says(b""), tls=context) == FACTS


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
def test_the_oldest_too_of_what_openssl_still_has() -> None:
    context = tls_context(PEM, PEM)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    assert told(PROBE, says(b""), tls=context) == FACTS


def test_who_speaks_no_tls_tells_nothing() -> None:
    assert told(PROBE, says(b"HTTP/1.1 400 Bad Request\r\n\r\n")) == []


@pytest.mark.parametrize("serve", HOSTILE)
def test_a_hostile_server_behind_tls_costs_its_own_time_only(serve: Serve) -> None:
    told(PROBE, serve, tls=tls_context(PEM, PEM))


def test_a_hostile_server_before_tls_costs_its_own_time_only() -> None:
    bears(PROBE, others=[says(b"\x16\x03\x03\xff\xff" + b"\2\0\0\x01" * 20_000)])


def test_nothing_is_made_up_where_a_certificate_is_cut() -> None:
    for length in range(len(DER)):
        assert parse(DER[:length]) == ()
    assert parse(b"") == ()
    assert certificates.read(DER + bytes(certificates.LIMIT)) is None


@given(st.binary(max_size=4096))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    parse(data)
    parse(b"\x30\x82" + len(data).to_bytes(2, "big") + data)


@given(st.data())
def test_a_damaged_certificate_is_read_without_raising(data: st.DataObject) -> None:
    damaged = bytearray(DER)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    assert all(len(value) <= 16 * 16 * 160 for _, value in parse(bytes(damaged)))
