"""The closing line: right numbers, right words, singular and plural."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from netinv.formats.base import Report
from netinv.formats.summary import closing_line
from netinv.model import Device, Problem, Traffic, Verdict
from tests.formats.reports import NOON, device, household, reports, scan


def _of(*categories: str) -> list[Device]:
    return [device(number, verdict=Verdict(category, category)) for number, category in enumerate(categories, 1)]


def test_a_household_is_summed_up_in_a_line() -> None:
    assert closing_line(household()) == (
        "20 devices: 2 routers, 2 printers, 5 computers, 9 other, 2 unknown · 3 new"
        " · asked 254 addresses by ARP in 3.9 s, 640 frames (peak 300/s, mean 162/s) · could not ask: DNS"
    )


def test_one_of_each_is_in_the_singular() -> None:
    one = scan(asked=1, traffic=Traffic(frames=1, peak_pps=10), problems=(), finished=NOON)
    assert (
        closing_line(Report(_of("printer"), one))
        == "1 device: 1 printer · asked 1 address by ARP in 0.0 s, 1 frame (peak 10/s, mean 0/s)"
    )


def test_categories_have_their_order_and_plurals() -> None:
    found = _of("unknown", "computer", "router", "computer", "router", "unknown", "other")
    assert closing_line(Report(found)) == "7 devices: 2 routers, 2 computers, 1 other, 2 unknown"


def test_an_empty_network_says_what_was_asked() -> None:
    line = closing_line(Report([], scan(asked=65_536, method="icmp+neighbours", problems=(), traffic=Traffic())))
    assert line == "no devices · asked 65,536 addresses by ICMP echo and the kernel's neighbour table in 3.9 s"


def test_the_inventory_has_nothing_to_say_of_a_scan() -> None:
    assert closing_line(Report([device(is_new=True)])) == "1 device: 1 computer"


def test_a_first_look_is_not_a_list_of_news() -> None:
    assert "all new" in closing_line(Report([device(1, is_new=True), device(2, is_new=True)], scan()))
    assert "1 new" in closing_line(Report([device(1, is_new=True), device(2)], scan()))
    assert "new" not in closing_line(Report([device(1), device(2)], scan()))


def test_an_interrupted_scan_says_that_it_is_partial() -> None:
    assert closing_line(Report([], scan(is_partial=True))).endswith("partial: what is missing may not have been asked")


def test_lost_replies_are_told() -> None:
    assert "the kernel dropped 1 reply" in closing_line(Report([], scan(traffic=Traffic(dropped=1))))
    assert "the kernel dropped 83 replies" in closing_line(Report([], scan(traffic=Traffic(dropped=83))))


def test_only_what_was_not_asked_is_named_and_each_once() -> None:
    problems = tuple(Problem(source, "x") for source in ("arp", "icmp", "dns", "icmp", "door", "scan"))
    assert closing_line(Report([], scan(problems=problems))).endswith("could not ask: ICMP echo, DNS")
    assert "could not" not in closing_line(Report([], scan(problems=problems[:1])))


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 0 s"), (125.4, "2 min 5 s"), (7384, "2 h 3 min")]
)
def test_durations_are_told_as_people_do(seconds: float, said: str) -> None:
    assert f" in {said}," in closing_line(Report([], scan(finished=NOON + timedelta(seconds=seconds))))


@settings(max_examples=50)
@given(reports)
def test_whatever_happened_it_is_one_printable_line(report: Report) -> None:
    assert closing_line(report).isprintable()


def test_a_scan_that_only_listened_says_that_it_sent_nothing() -> None:
    line = closing_line(Report([], scan(asked=254, method="listen", problems=(), traffic=Traffic())))
    assert line == "no devices · listened for 3.9 s and sent nothing"
