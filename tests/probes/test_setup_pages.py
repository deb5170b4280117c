"""What Google Cast and Roku tell at addresses of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.probes import cast, roku
from netinv.probes.base import HostProbe, ServiceProbe
from tests.probes.peers import bears, says, told, web

EUREKA = b'{"device_info": {"model_name": "Google Nest Mini", "manufacturer": "Google Inc."}, "name": "Kitchen speaker"}'
ROKU = b"""<?xml version="1.0" encoding="UTF-8" ?><device-info><model-name>Roku Express 4K</model-name><is-tv>false</is-tv>
<user-device-name>Bedroom Roku</user-device-name><serial-number>X00000</serial-number></device-info>"""


def http(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.mark.parametrize(
    ("probe", "port", "path", "body", "facts"),
    [
        (cast.PROBE, cast.PORT, cast.PATH, EUREKA, [("cast.name", "Kitchen speaker"), ("cast.model", "Google Nest Mini")]),
        (
            roku.PROBE,
            roku.PORT,
            roku.PATH,
            ROKU,
            [("roku.model", "Roku Express 4K"), ("roku.is-tv", "false"), ("roku.name", "Bedroom Roku")],
        ),
    ],
)
def test_model_and_name_are_told(
    probe: ServiceProbe | HostProbe, port: int, path: str, body: bytes, facts: list[tuple[str, str]]
) -> None:
    assert told(probe, web({path: http(body)}), port=port) == facts
    assert told(probe, web({}), port=port) == []


def test_hostile_devices_cost_their_own_time_only() -> None:
    bears(cast.PROBE, port=cast.PORT, others=[says(http(b"[" * 10_000))])
    bomb = b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]><device-info><model-name>&b;</model-name></device-info>'
    assert told(roku.PROBE, says(http(bomb)), port=roku.PORT) == []
    bears(roku.PROBE, port=roku.PORT)


@given(st.binary(max_size=1024))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    for parse, head in ((cast.parse, b'{"name":'), (roku.parse, b"<device-info>")):
        parse(data)
        parse(head + data)
