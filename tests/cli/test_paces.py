"""The paces of a scan, by what the LAN counts of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

import netinv as library
from netinv.errors import UsageError
from netinv.lab.ethernet import Lan


def scanned(netinv: Any, *words: str) -> Any:
    done = netinv("scan", "--json", "--no-save", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def found(document: Any) -> set[tuple[str, str]]:
    return {(d["ip"], d["mac"]) for d in document["devices"] if d["mac"]}


def heard(lan: Lan) -> int:
    """Frames the LAN has had from us."""
    return sum(lan.counters().frames.values())


def test_fast_finds_everybody_in_one_go_and_identifies_nobody(crowd: Callable[..., Lan], netinv: Any) -> None:
    lan = crowd(hosts=60)
    document = scanned(netinv, "--fast")
    assert {str(m) for _, m in found(document)} >= {str(d.mac) for d in lan.household.devices}
    assert document["scan"]["pace"] == "fast"
    assert document["scan"]["traffic"]["frames"] < 1.6 * 254
    assert not {e["key"] for d in document["devices"] for e in d["evidence"]} & {"tcp.22", "tcp.80", "dns.ptr", "icmp.rtt"}


def test_presence_asks_who_is_there_at_the_default_pace_and_nothing_else(crowd: Callable[..., Lan], netinv: Any) -> None:
    lan = crowd(hosts=60, sleepy=0.2)
    document = scanned(netinv, "--presence", "--probe", "arp")
    assert {str(m) for _, m in found(document)} >= {str(d.mac) for d in lan.household.devices}
    traffic = document["scan"]["traffic"]
    assert traffic["frames"] <= 700
    assert traffic["peak_pps"] <= 300
    assert not {e["key"] for d in document["devices"] for e in d["evidence"]} & {"tcp.22", "tcp.80", "dns.ptr", "icmp.rtt"}


def test_gentle_stays_below_a_hundred_frames_a_second_whatever_it_asks(crowd: Callable[..., Lan], netinv: Any) -> None:
    crowd(hosts=6)
    document = scanned(netinv, "--gentle", "10.77.0.1-10.77.0.30")
    assert document["scan"]["pace"] == "gentle"
    assert document["scan"]["traffic"]["peak_pps"] <= 100


def test_what_is_said_of_rate_and_retries_departs_from_the_pace(crowd: Callable[..., Lan], netinv: Any) -> None:
    crowd(hosts=10, loss_in=0.2)
    document = scanned(netinv, "--presence", "--probe", "arp", "--rate", "1000", "--retries", "0")
    assert document["scan"]["traffic"]["frames"] == 253, "each address once, however many the link loses"


def test_two_paces_at_once_or_one_that_does_not_exist_are_refused(netinv: Any) -> None:
    done = netinv("scan", "--fast", "--gentle")
    assert done.returncode == 2
    assert "contradict" in done.stderr
    with pytest.raises(UsageError, match="no pace 'hurried'"):
        library.scan(pace="hurried")
