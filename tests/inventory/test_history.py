from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.inventory.devices import derive
from netinv.inventory.history import Asking, Merged, Span, asking, changes, merge
from netinv.inventory.rows import microseconds
from netinv.model import Device, Evidence
from tests.inventory.scans import PHONE, TV, at, heard

ALL = "10.0.0.0/24"


def known(evidence: Iterable[Evidence], sensor: str = "local") -> list[Span]:
    return [Span(n, e.address, e.key, e.value, e.probe, microseconds(e.seen), sensor) for n, e in enumerate(evidence, 1)]


def asked(targets: str = ALL, *, is_partial: bool = False, keys: Iterable[str] = (), sensor: str = "local") -> Asking:
    return asking(sensor, targets, is_partial, keys)


def values(merged: Merged) -> list[str]:
    return [f"{e.address} {e.key} {e.value}" for e in merged.evidence]


def test_a_fact_heard_again_goes_on_and_is_dated_anew() -> None:
    again = heard("10.0.0.5", TV, hours=1)
    merged = merge(known(heard("10.0.0.5", TV)), again, asked())
    assert merged.extended == [(1, again[0])]
    assert merged.evidence == again
    assert not merged.begun
    assert not merged.ended


def test_another_answer_to_the_same_question_ends_a_fact() -> None:
    merged = merge(known(heard("10.0.0.5", dns_ptr="old.lan")), heard("10.0.0.5", hours=1, dns_ptr="new.lan"), asked())
    assert merged.ended == [1]
    assert values(merged) == ["10.0.0.5 dns.ptr new.lan"]


def test_silence_ends_nothing() -> None:
    merged = merge(known(heard("10.0.0.5", TV, dns_ptr="tv.lan", tcp_22="open")), heard("10.0.0.5", TV, hours=1), asked())
    assert not merged.ended
    assert len(merged.evidence) == 3


def test_that_it_had_to_be_asked_again_is_forgotten_when_it_answers_at_once() -> None:
    before = known(heard("10.0.0.5", TV, arp_attempt="2"))
    merged = merge(before, heard("10.0.0.5", TV, hours=1, arp_attempt="3"), asked())
    assert [number for number, _ in merged.extended] == [1, 2], "another number is no other fact"
    merged = merge(before, heard("10.0.0.5", TV, hours=1), asked())
    assert (merged.dropped, merged.ended) == ([2], [])
    assert values(merged) == [f"10.0.0.5 mac {TV}"]


def test_a_device_that_moved_has_left_its_old_address() -> None:
    merged = merge(known(heard("10.0.0.5", TV, dns_ptr="tv.lan")), heard("10.0.0.6", TV, hours=1), asked())
    assert merged.ended == [1, 2]
    assert values(merged) == [f"10.0.0.6 mac {TV}"]


@pytest.mark.parametrize(
    "scan",
    [
        asked("10.0.0.6"),
        asked("10.0.0.6-9"),
        asked("10.0.0.6-10.0.0.200"),
        asked("tv.lan"),
        asked("10.0.0.0/24 except 10.0.0.5"),
        asked("10.0.0.0/24 except 10.0.0.0-9"),
        asked("10.0.0.0/24 except tv.lan"),
        asked("10.0.0.0/24 except 10.0.0.7 and 5 more"),
        asked("10.0.0.6, 10.0.0.7 and 5 more"),
        asked("10.0.0.0/24", is_partial=True),
        asked(""),
    ],
)
def test_an_address_that_was_not_asked_is_kept(scan: Asking) -> None:
    assert not merge(known(heard("10.0.0.5", TV)), heard("10.0.0.6", TV, hours=1), scan).ended


@pytest.mark.parametrize(
    "targets", ["10.0.0.5", "10.0.0.1-50", "10.0.0.1-10.0.1.5", "10.9.0.0/24, 10.0.0.5", "10.0.0.0/24 except 10.0.0.9"]
)
def test_an_address_that_was_asked_is_let_go(targets: str) -> None:
    assert merge(known(heard("10.0.0.5", TV)), heard("10.0.0.6", TV, hours=1), asked(targets)).ended == [1]


def test_what_measures_is_kept_once_however_it_changes() -> None:
    merged = merge(known(heard("10.0.0.5", icmp_rtt="1.5")), heard("10.0.0.5", hours=1, icmp_rtt="2.5"), asked())
    assert values(merged) == ["10.0.0.5 icmp.rtt 2.5"]
    assert [number for number, _ in merged.extended] == [1]


def test_a_fact_heard_twice_in_a_scan_is_one() -> None:
    twice = [*heard("10.0.0.5", TV, hours=2), *heard("10.0.0.5", TV, hours=1)]
    assert merge([], twice, asked()).begun == [(at(1), twice[0])]


def test_several_values_of_one_answer_stand_side_by_side() -> None:
    services = [*heard("10.0.0.5", dns_ptr="a.lan"), *heard("10.0.0.5", dns_ptr="b.lan")]
    merged = merge(known(services), services[1:], asked())
    assert merged.ended == [1]
    assert len(merge(known(services), services, asked()).evidence) == 2


def test_who_is_no_longer_named_the_gateway_is_it_no_longer() -> None:
    was = known(heard("10.0.0.1", TV, route_gateway="eth0"))
    now = heard("10.0.0.1", TV, hours=1)
    assert merge(was, now, asked(keys=["route.gateway", "mac"])).ended == [2]
    assert not merge(was, now, asked(keys=["mac"])).ended
    assert not merge(was, now, asked(keys=["route.gateway"], sensor="attic")).ended


def test_a_new_device_is_one_change() -> None:
    [change] = changes(None, derive(heard("10.0.0.5", TV, dns_ptr="tv.lan")), at(1))
    assert (change.field, change.before, change.after, change.at) == ("device", None, "tv", at(1))


def test_changes_name_what_was_and_what_is() -> None:
    before = derive(heard("10.0.0.5", TV, dns_ptr="old.lan"))
    after = derive([*heard("10.0.0.6", TV, dns_ptr="new.lan"), *heard("10.0.0.6", PHONE)])
    assert {(c.field, c.before, c.after) for c in changes(before, after, at(1)) if c.field != "kind"} == {
        ("addresses", "10.0.0.5", "10.0.0.6"),
        ("macs", TV, f"{TV}, {PHONE}"),
        ("name", "old", "new"),
    }
    assert changes(after, after, at(2)) == ()


def test_an_ipv6_address_for_a_day_is_no_change_and_one_that_stays_is() -> None:
    def laptop(*addresses: str, made: str = "opaque") -> Device:
        told = [e for a in addresses for e in (*heard(a, TV), Evidence(a, "ipv6.iid", made, "ipv6", at(0)))]
        return derive([*heard("10.0.0.5", TV), *told])

    monday, tuesday = laptop("fe80::5", "2001:db8::a1"), laptop("fe80::5", "2001:db8::b2")
    assert changes(monday, tuesday, at(1)) == ()
    assert [c.field for c in changes(monday, laptop("fe80::6", "2001:db8::a1"), at(1))] == ["addresses"]
    fixed = laptop("2001:db8::1", made="eui64"), laptop("2001:db8::2", made="eui64")
    assert [c.field for c in changes(*fixed, at(1))] == ["addresses"]


FACT = st.builds(
    Evidence,
    address=st.sampled_from(["10.0.0.5", "10.0.0.6", "10.1.0.5"]),
    key=st.sampled_from(["mac", "icmp.rtt", "dns.ptr", "route.gateway"]),
    value=st.sampled_from("abc"),
    probe=st.sampled_from(["arp", "icmp"]),
    seen=st.integers(0, 5).map(at),
)


@given(st.lists(FACT, unique_by=lambda e: (e.address, e.key, e.value, e.probe)), st.lists(FACT, min_size=1))
def test_everything_heard_holds_and_every_span_goes_on_stays_or_ends(before: list[Evidence], now: list[Evidence]) -> None:
    merged = merge(known(e for e in before if e.key != "icmp.rtt"), now, asked(keys=(e.key for e in now)))
    facts = {(e.address, e.key, e.value, e.probe) for e in merged.evidence}
    assert facts >= {(e.address, e.key, e.value, e.probe) for e in now if e.key != "icmp.rtt"}
    assert not {number for number, _ in merged.extended} & set(merged.ended)
    again = merge(known(merged.evidence), now, asked(keys=(e.key for e in now)))
    assert again.begun == []
    assert again.ended == []


@given(st.text())
def test_targets_of_any_kind_raise_nothing(targets: str) -> None:
    assert asked(targets).covers("10.0.0.5") in (True, False)
    assert asked("10.0.0.0/24").covers(targets) is False or "." in targets
