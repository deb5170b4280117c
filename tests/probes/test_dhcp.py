"""DHCP as it passes by: what a device says of itself, and whose word counts for whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import chatter
from netinv.model import MAC, Answer, Notice
from netinv.net.announcements import read_dhcp
from netinv.net.overheard import Overheard, read
from netinv.probes.dhcp import LEASES, Leases

PHONE, OTHER, ROUTER = MAC("b2:5a:d7:0e:63:94"), MAC("b2:5a:d7:0e:63:95"), MAC("3c:a6:2f:00:00:01")
REQUEST = chatter.asks_for_address(PHONE, "10.9.0.7", name="Pixel-8", system="android-dhcp-14", options=[1, 3, 6, 15])
ACK = chatter.gives_address(ROUTER, "10.9.0.1", "10.9.0.7", PHONE)


def told(*frames: bytes) -> list[Answer | Notice]:
    leases = Leases()
    return [one for frame in frames if (heard := read(frame)) for one in leases.read(heard)]


def test_a_request_tells_name_system_and_habits_of_a_mac_that_has_no_address_yet() -> None:
    assert told(REQUEST) == [
        Answer(PHONE, "dhcp.hostname", "Pixel-8"),
        Answer(PHONE, "dhcp.vendor-class", "android-dhcp-14"),
        Answer(PHONE, "dhcp.options", "1,3,6,15"),
    ]


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("ff 0a0b0c0d 00020000ab1139c1f6a1d2b5e8f4", "00020000ab1139c1f6a1d2b5e8f4"),
        ("00 61747469632d6e6173", "61747469632d6e6173"),
        ("01 b25ad70e6394", None),
        ("ff 0a0b0c0d", None),
        ("", None),
    ],
    ids=["a DUID, without its network card", "a text of its own", "its MAC address", "cut short", "empty"],
)
def test_a_client_goes_by_what_it_keeps_for_all_its_network_cards(option: str, told: str | None) -> None:
    content = bytes.fromhex(option)
    message = read_dhcp(REQUEST[42:-1] + bytes((61, len(content))) + content + b"\xff")
    assert message
    assert message.client_id == told


def test_an_address_is_believed_where_device_and_server_agree() -> None:
    assert Answer("10.9.0.7", "mac", PHONE) in told(REQUEST, ACK)
    assert Answer("10.9.0.7", "mac", PHONE) not in told(ACK), "nobody was heard to ask for it"
    elsewhere = chatter.gives_address(ROUTER, "10.9.0.1", "10.9.0.8", PHONE)
    assert not [t for t in told(REQUEST, elsewhere) if isinstance(t, Answer) and t.key == "mac"], "asked for another"


def test_a_server_that_offers_is_noticed_with_what_it_would_have_devices_use() -> None:
    offer = chatter.gives_address(OTHER, "10.9.0.66", "10.9.0.7", PHONE, kind="offer", router="10.9.0.66")
    assert told(offer) == [Notice("dhcp.server", "10.9.0.66", OTHER, "router 10.9.0.66")]


def test_who_speaks_for_another_mac_is_not_believed() -> None:
    forged = chatter.asks_for_address(OTHER, "10.9.0.7", name="x", system="x", options=[1], says=PHONE)
    assert told(forged) == []


def test_what_a_relay_passes_on_is_of_another_link() -> None:
    frame = bytearray(REQUEST)
    frame[42 + 24 : 42 + 28] = bytes([10, 8, 0, 1])  # giaddr
    assert told(bytes(frame)) == []


def test_requests_are_not_remembered_without_end() -> None:
    leases = Leases()
    for n in range(LEASES + 50):
        heard = read(chatter.asks_for_address(PHONE, "10.9.0.7", name="x", system="x", options=[1], transaction=n))
        assert heard
        list(leases.read(heard))
    first = read(chatter.gives_address(ROUTER, "10.9.0.1", "10.9.0.7", PHONE, transaction=0))
    last = read(chatter.gives_address(ROUTER, "10.9.0.1", "10.9.0.7", PHONE, transaction=LEASES + 49))
    assert first
    assert last
    assert len(list(leases.read(first))) == 1
    assert len(list(leases.read(last))) == 2


@given(st.binary(max_size=1472))
def test_any_bytes_are_read_without_raising(payload: bytes) -> None:
    list(Leases().read(Overheard("dhcp", PHONE, None, payload)))
    read_dhcp(REQUEST[42:282] + payload)


@given(st.data())
def test_a_damaged_message_is_read_without_raising(data: st.DataObject) -> None:
    payload = bytearray(data.draw(st.sampled_from([REQUEST, ACK]))[42:])
    for _ in range(data.draw(st.integers(1, 4))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    read_dhcp(bytes(payload[: data.draw(st.integers(0, len(payload)))]))
