"""RTSP: a camera's software, its realm, and what it calls its stream."""

from hypothesis import given
from hypothesis import strategies as st

from netinv.probes import http_message
from netinv.probes.rtsp import PROBE, parse, question
from tests.probes.peers import bears, says, told

OPTIONS = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: Hikvision-RTSP/1.0\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n"
REFUSAL = b'RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Digest realm="IP Camera(C1234)", nonce="a"\r\n\r\n'
SESSION = b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=Garage door\r\n"


def test_software_and_realm_are_told_of_one_connection() -> None:
    assert told(PROBE, says(OPTIONS, REFUSAL)) == [("rtsp.server", "Hikvision-RTSP/1.0"), ("rtsp.server", "IP Camera(C1234)")]


def test_the_name_of_a_session_is_told() -> None:
    described = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: %d\r\n\r\n%s" % (len(SESSION), SESSION)
    assert told(PROBE, says(OPTIONS, described))[-1] == ("rtsp.server", "Garage door")


def test_ipv6_is_asked_as_urls_have_it() -> None:
    assert question("fe80::1", 554, 2).startswith(b"DESCRIBE rtsp://[fe80::1]:554/ RTSP/1.0\r\nCSeq: 2\r\n")


def test_a_hostile_server_costs_its_own_time_only() -> None:
    bears(PROBE, others=[says(OPTIONS, b"RTSP/1.0 200 OK\r\nContent-Length: 999999\r\n\r\ns=" + b"x" * 100_000)])


@given(st.binary(max_size=1024))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    for head in (b"", b"RTSP/1.0 200 OK\r\n", b"RTSP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n"):
        if found := http_message.parse(head + data):
            parse(found)
