"""IPv6 addresses have one spelling, a reach, and sometimes a MAC address in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.model import MAC
from netinv.net.addresses import canonical, embedded_mac, preference, reach


@pytest.mark.parametrize(
    ("heard", "spelled"),
    [
        ("FE80:0:0:0:0:0:0:1%eth0", "fe80::1"),
        ("2001:0db8::0001", "2001:db8::1"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("10.0.0.5", "10.0.0.5"),
    ],
)
def test_an_address_has_one_spelling(heard: str, spelled: str) -> None:
    assert canonical(heard) == spelled


@pytest.mark.parametrize(
    ("address", "far"),
    [("fe80::1", "link-local"), ("fd00::1", "unique-local"), ("fc00::1", "unique-local"), ("2001:db8::1", "global")],
)
def test_how_far_an_address_is_good_for(address: str, far: str) -> None:
    assert reach(address) == far


def test_the_mac_address_is_found_in_what_is_made_of_it() -> None:
    assert embedded_mac("fe80::3ea6:2fff:fe41:7d02") == MAC("3c:a6:2f:41:7d:02")
    assert embedded_mac("fe80::8c1d:64f2:b07a:39e5") is None
    assert embedded_mac("10.0.0.5") is None


@given(st.text())
def test_no_text_makes_it_stumble(text: str) -> None:
    assert embedded_mac(text) is None or ":" in text


def test_ipv4_is_spoken_to_before_ipv6_and_the_link_local_address_last() -> None:
    mixed = ["fe80::1", "fd00::1", "2001:db8::1", "10.0.0.9", "10.0.0.10"]
    assert sorted(mixed, key=preference) == ["10.0.0.9", "10.0.0.10", "2001:db8::1", "fd00::1", "fe80::1"]
