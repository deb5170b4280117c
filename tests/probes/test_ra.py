"""Router advertisements: who offers to be the way out."""

from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import chatter
from netinv.model import MAC, Answer, Notice
from netinv.net.announcements import read_router
from netinv.net.overheard import Overheard
from netinv.net.overheard import read as read_frame
from netinv.probes.ra import read

ROUTER = MAC("3c:a6:2f:00:00:01")
FRAME = chatter.advertises_route(ROUTER, "fe80::1", "fd00::")


def told(frame: bytes) -> list[Answer | Notice]:
    heard = read_frame(frame)
    return list(read(heard, "lan0")) if heard else []


def test_a_router_is_noticed_with_what_it_offers() -> None:
    assert told(FRAME) == [
        Answer("fe80::1", "ra.lifetime", "1800"),
        Notice("ra.router", "fe80::1%lan0", ROUTER, "prefix fd00::/64"),
    ]


def test_one_that_offers_no_way_out_or_does_not_speak_for_the_link_is_not() -> None:
    assert told(FRAME[:60] + b"\0\0" + FRAME[62:]) == [], "a lifetime of nought"
    assert told(chatter.advertises_route(ROUTER, "fd00::1", "fd00::")) == [], "not link-local (RFC 4861, 6.1.2)"


@given(st.binary(max_size=1400))
def test_any_bytes_are_read_without_raising(payload: bytes) -> None:
    list(read(Overheard("ra", ROUTER, "fe80::1", payload), "lan0"))
    read_router(FRAME[54:70] + payload)
