import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.inventory.devices import build, derive
from netinv.inventory.identity import clues, device_id
from netinv.model import Name, Verdict
from tests.inventory.scans import PHONE, TV, at, heard

UNSURE = Verdict()


def test_a_device_is_what_its_evidence_says() -> None:
    evidence = [*heard("10.0.0.10", TV, hours=2, icmp_rtt="4.5"), *heard("10.0.0.9", TV, hours=1, icmp_rtt="0.412")]
    device = build(evidence, verdict=UNSURE, name="tv", names=(Name("tv.lan", "dns.ptr"),), vendor="Apple")
    assert device.addresses == ("10.0.0.9", "10.0.0.10")
    assert (device.ip, device.mac, device.name, device.vendor, device.rtt_ms) == ("10.0.0.9", TV, "tv", "Apple", 0.412)
    assert (device.first_seen, device.last_seen) == (at(1), at(2))
    assert device.id == device_id(clues(evidence))
    assert device.evidence == tuple(evidence)
    assert device.is_new


def test_what_the_device_says_of_its_maker_is_better_than_its_mac() -> None:
    device = build(heard("10.0.0.9", TV), verdict=Verdict(vendor="LG"), name=None, names=(), vendor="Apple")
    assert device.vendor == "LG"


def test_without_evidence_it_was_seen_now() -> None:
    assert build((), verdict=UNSURE, name=None, names=(), vendor=None, now=at(7)).last_seen == at(7)


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "1e999", "", "fast", "0x1"])
def test_a_round_trip_time_that_is_no_time_is_none(text: str) -> None:
    assert build(heard("10.0.0.9", TV, icmp_rtt=text), verdict=UNSURE, name=None, names=(), vendor=None).rtt_ms is None


def test_rules_names_and_vendors_are_asked() -> None:
    device = derive(heard("10.0.0.9", TV, dns_ptr="Kitchen-TV.lan"))
    assert device.names == (Name("Kitchen-TV.lan", "dns.ptr"),)
    assert device.name == "Kitchen-TV"
    assert device.vendor == "Apple"
    assert derive(heard("10.0.0.9", PHONE)).vendor == "private (randomised)"


@given(st.text(), st.text())
def test_hostile_values_raise_nothing(value: str, mac: str) -> None:
    assert derive(heard("10.0.0.9", mac, icmp_rtt=value, dns_ptr=value, icmp_ttl=value)).addresses == ("10.0.0.9",)
