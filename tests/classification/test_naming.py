"""What to call a device."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.classification.naming import display_name, names, vendor_of
from netinv.classification.vendors import RANDOMISED
from netinv.model import Name, Verdict
from tests.classification.heard import heard, named


def test_what_a_device_calls_itself_comes_first() -> None:
    evidence = heard(("dns.ptr", "host-a.lan"), ("local.hostname", "fenrir"))
    assert names(evidence) == (Name("fenrir", "local.hostname"), Name("host-a.lan", "dns.ptr"))


def test_names_are_kept_whole_and_once_whatever_their_case() -> None:
    evidence = heard(("dns.ptr", "TV.example.com."), ("dns.ptr", "tv.example.com"), ("dns.ptr", "tv"))
    assert names(evidence) == (Name("TV.example.com", "dns.ptr"), Name("tv", "dns.ptr"))


@pytest.mark.parametrize(
    "filler",
    [
        *("_gateway", "localhost", "localhost.localdomain", "unknown", "dhcp105", "client-7.example.com"),
        *("10-0-0-5.lan", "ip-10-0-0-5.ec2.internal", "5.0.0.10.in-addr.arpa", "host-10.0.0.5", "dhcp-010-000-000-005"),
        *("ip0a000005.example.com", "001ba9123456", "00-1b-a9-12-34-56"),
    ],
)
def test_names_that_tell_nothing_come_last(filler: str) -> None:
    evidence = heard(("local.hostname", filler), ("dns.ptr", "anna-pc.lan"))
    assert [name for name, _ in names(evidence)] == ["anna-pc.lan", filler]
    assert display_name(evidence) == "anna-pc"


@pytest.mark.parametrize("telling", ["pc1", "host-anna", "10-green-bottles", "node-red", "server-10-0-0-6", "deadbeef"])
def test_names_that_tell_something_are_not_taken_for_fillers(telling: str) -> None:
    assert display_name(named(telling)) == telling


@pytest.mark.parametrize(
    ("heard_as", "shown"),
    [
        ("tv.local", "tv"),
        ("tv.lan.", "tv"),
        ("tv.fritz.box", "tv"),
        ("tv.home.arpa", "tv"),
        ("fritz.box", "fritz.box"),
        ("web01.example.com", "web01.example.com"),
        ("_gateway", "_gateway"),
        ("10-0-0-5.lan", None),
        ("localhost", None),
    ],
)
def test_a_name_is_shown_as_people_say_it(heard_as: str, shown: str | None) -> None:
    assert display_name(named(heard_as)) == shown


@pytest.mark.parametrize(
    ("instance", "shown"),
    [
        ("DCA632510E2B@Parlour._raop._tcp", "Parlour"),
        ("workbench [98:fa:9b:c0:13:5d]._workstation._tcp", "workbench"),
        ("anna@home._ssh._tcp", "anna@home"),
        ("Printer [spare]._ipp._tcp", "Printer [spare]"),
    ],
)
def test_the_hardware_address_in_the_name_of_a_service_is_no_part_of_the_name(instance: str, shown: str) -> None:
    assert display_name(heard(("mdns.instance", instance))) == shown


def test_a_device_without_a_name_has_none() -> None:
    assert names(heard(("mac", "00:1b:a9:01:02:03"))) == ()
    assert display_name(()) is None


def test_the_vendor_shown_is_what_the_device_tells_else_that_of_its_mac() -> None:
    evidence = heard(("mac", "02:00:00:00:00:01"), ("mac", "00:1b:a9:01:02:03"))
    assert vendor_of(evidence, Verdict(vendor="Acme")) == "Acme"
    assert vendor_of(evidence, Verdict()) == "Brother"
    assert vendor_of(heard(("mac", "02:00:00:00:00:01"))) == RANDOMISED
    assert vendor_of(heard(("mac", "01:00:5e:00:00:01"), ("mac", "nonsense"))) is None


@given(st.lists(st.tuples(st.sampled_from(["dns.ptr", "local.hostname", "mac"]), st.text(max_size=300)), max_size=60))
def test_whatever_is_heard_names_are_few_and_differ(pairs: list[tuple[str, str]]) -> None:
    evidence = heard(*pairs)
    found = [name.casefold() for name, _ in names(evidence)]
    assert len(found) == len(set(found)) <= 32
    display_name(evidence)
    vendor_of(evidence)
