"""IPv6 addresses are in scope where a whole link is scanned, and only there."""

from ipaddress import IPv4Interface, IPv6Interface

import pytest

from netinv.model import MAC, Interface
from netinv.net.scope import Scope
from netinv.net.targets import parse_targets

ETH = Interface(
    "eth0",
    MAC("54:e1:ad:5c:00:32"),
    (
        IPv4Interface("10.0.0.5/24"),
        IPv6Interface("fe80::5/64"),
        IPv6Interface("2001:db8:1::5/64"),
        IPv6Interface("2001:db8:9::5/128"),
    ),
)


def scope(words: list[str], exclude: list[str] | None = None) -> Scope:
    return Scope(ETH, parse_targets(words, exclude=exclude or []))


@pytest.mark.parametrize(
    "words", [["10.0.0.0/24"], ["10.0.0.0/16"], ["10.0.0.0/25", "10.0.0.128/25"], ["10.0.0.0/24", "10.9.0.1"]]
)
def test_a_scan_of_the_whole_link_concerns_everybody_on_it(words: list[str]) -> None:
    both = scope([*words], None) if words != ["10.0.0.0/16"] else Scope(ETH, parse_targets(words, allow_huge=True))
    assert both.covers_link
    assert "fe80::1" in both
    assert "2001:db8:1::77" in both
    assert "10.0.0.7" in both


@pytest.mark.parametrize("words", [["10.0.0.7"], ["10.0.0.1-10.0.0.100"], ["10.0.0.0/25"], ["10.9.0.0/24"]])
def test_a_scan_of_some_hosts_concerns_nobody_over_ipv6(words: list[str]) -> None:
    some = scope(words)
    assert not some.covers_link
    assert "fe80::1" not in some


def test_who_left_a_host_out_shall_not_meet_it_by_its_other_address() -> None:
    all_but_one = scope(["10.0.0.0/24"], ["10.0.0.9"])
    assert all_but_one.covers_link
    assert not all_but_one.includes_ipv6
    assert "fe80::1" not in all_but_one
    assert scope(["10.0.0.0/24"], ["10.9.0.0/24"]).includes_ipv6


@pytest.mark.parametrize("address", ["2001:db8:2::1", "2001:db8:9::6", "fe80::1%eth0", "ff02::1", "::1", "nonsense:", ""])
def test_what_is_not_on_the_link_or_no_canonical_address_is_out_of_scope(address: str) -> None:
    assert address not in scope(["10.0.0.0/24"])
    assert 5 not in scope(["10.0.0.0/24"])
