"""What an IPv6 address that answered tells of itself."""

import pytest

from netinv.model import MAC, Answer
from netinv.net.network import Reply
from netinv.probes.ipv6 import PROBE, answers, iid

ROUTER = MAC("3c:a6:2f:41:7d:02")


@pytest.mark.parametrize(
    ("address", "mac", "made_of"),
    [
        ("fe80::3ea6:2fff:fe41:7d02", ROUTER, "eui64"),
        ("2001:db8::3ea6:2fff:fe41:7d02", ROUTER, "eui64"),
        ("fe80::3ea6:2fff:fe41:7d02", None, "eui64"),
        ("fe80::3ea6:2fff:fe41:7d02", MAC("3c:a6:2f:41:7d:03"), "opaque"),
        ("fe80::8c1d:64f2:b07a:39e5", ROUTER, "opaque"),
        ("2001:db8::1", None, "opaque"),
    ],
)
def test_the_interface_identifier_is_made_of_the_mac_address_or_opaque(address: str, mac: MAC | None, made_of: str) -> None:
    assert iid(address, mac) == made_of


def test_an_answer_tells_where_it_is_how_far_it_is_good_for_and_whether_it_routes() -> None:
    reply = Reply("fe80::3ea6:2fff:fe41:7d02", ROUTER, 0.51, 64, is_router=True)
    assert set(answers(reply)) == {
        Answer(reply.address, "mac", ROUTER),
        Answer(reply.address, "ipv6.scope", "link-local"),
        Answer(reply.address, "ipv6.iid", "eui64"),
        Answer(reply.address, "ndp.router", "yes"),
        Answer(reply.address, "icmpv6.rtt", "0.510"),
        Answer(reply.address, "icmpv6.hop-limit", "64"),
    }
    assert {key for _, key, _ in answers(reply)} == set(PROBE.tells)


def test_what_is_not_known_is_not_told() -> None:
    assert {key for _, key, _ in answers(Reply("fd00::1"))} == {"ipv6.scope", "ipv6.iid"}
