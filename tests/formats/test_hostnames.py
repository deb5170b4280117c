"""Host names: valid labels whatever devices call themselves, one for each, and none that a newcomer can take away."""

import ipaddress
import re
import socket
from datetime import timedelta

import pytest
from hypothesis import given

from netinv.formats.hostnames import addresses, holders, label, named, open_ports, remark, speaks_ssh
from netinv.model import MAC, Annotations, Evidence, Name
from tests.formats.reports import NOON, device, household, reports
from tests.formats.written import PAYLOADS, attackers, attacking, attacks


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("diskstation", "diskstation"),
        ("DESKTOP-7QK2M1V", "desktop-7qk2m1v"),
        ("Anna's MacBook Pro", "annas-macbook-pro"),
        ("iPhone-von-Jürgen", "iphone-von-jurgen"),
        ("Straße", "strasse"),
        ("陽子のiPad", "ipad"),
        ("Samsung-TV 📺", "samsung-tv"),
        ("web01.example.com", "web01"),
        ("www.bank.example.", "www"),
        ("Living Room v2.1", "living-room-v2-1"),
        ("_http._tcp.local", "http"),
        ("--a--b--", "a-b"),
        ("xn--80ak6aa92e", "xn-80ak6aa92e"),
        ("x" * 70, "x" * 63),
        ("x" * 62 + "-y", "x" * 62),
        ("$(reboot)", "reboot"),
        ("📺", None),
        ("", None),
        ("...", None),
        ("localhost", None),
        ("LOCALHOST.localdomain", None),
        ("wpad", None),
        ("all", None),
        ("10.0.0.1", None),
        ("127.1", None),
        ("2130706433", None),
        ("0x7f000001", None),
    ],
)
def test_a_name_becomes_a_host_name_or_nothing(name: str, host: str | None) -> None:
    assert label(name) == host


@given(attacks)
def test_whatever_a_device_calls_itself_its_host_name_is_a_label_and_no_address(name: str) -> None:
    host = label(name)
    if host is None:
        return
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", host)
    assert not host.startswith("xn--")
    with pytest.raises(OSError, match="illegal IP address"):
        socket.inet_aton(host)
    with pytest.raises(ValueError, match="does not appear"):
        ipaddress.ip_address(host)
    assert label(host) == host


@given(reports | attacking)
def test_every_device_has_a_name_of_its_own(report: object) -> None:
    found = named(report.devices)  # type: ignore[attr-defined]
    every = [name for one in found for name in (one.host, *one.aliases)]
    assert len(set(every)) == len(every)
    assert [one.device for one in found] == list(report.devices)  # type: ignore[attr-defined]
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name) for name in every)


def test_names_do_not_depend_on_the_order() -> None:
    devices = attackers().devices
    forwards = {one.device.id: one.host for one in named(devices)}
    assert forwards == {one.device.id: one.host for one in named(devices[::-1])}
    assert len(forwards) == len(PAYLOADS)


def test_of_those_that_claim_a_name_the_one_known_longest_has_it() -> None:
    old = device(20, name="nas", first_seen=NOON - timedelta(days=9))
    new = device(10, name="NAS", first_seen=NOON)
    assert [one.host for one in named([new, old])] == ["nas-00000a", "nas"]
    assert [one.host for one in named([old])] == ["nas"]


def test_what_the_user_calls_a_device_nobody_else_is_called() -> None:
    old = device(20, name="nas", first_seen=NOON - timedelta(days=9))
    mine = device(10, name="nas", first_seen=NOON, annotations=Annotations(name="nas"))
    assert [one.host for one in named([old, mine])] == ["nas-000014", "nas"]


def test_an_address_is_that_of_who_has_it_now() -> None:
    gone = device(10, presence="gone", last_seen=NOON)
    earlier = device(11, addresses=("192.168.178.10",), last_seen=NOON - timedelta(days=2))
    latest = device(12, addresses=("192.168.178.10",), last_seen=NOON - timedelta(days=1))
    assert list(holders([gone, earlier, latest]).values()) == [latest]


def test_a_name_made_up_is_nobodys_real_one() -> None:
    first = device(10, name="unnamed-00000b")
    second = device(11, name=None)
    twin = device(12, name=None, macs=(MAC("06:00:00:00:00:0b"),))
    without = device(13, name=None, macs=())
    hosts = [one.host for one in named([first, second, twin, without])]
    assert hosts == ["unnamed-00000b", "unnamed-02000000000b", "unnamed-06000000000b", "unnamed-d00000d"]


def test_a_device_known_by_several_names_has_the_others_as_aliases() -> None:
    one = device(name="tv", names=(Name("tv", "dns.ptr"), Name("Living Room", "mdns.host"), Name("nas", "mdns.host")))
    assert named([one, device(11, name="nas")])[0].aliases == ("living-room",)


def test_addresses_are_those_that_mean_the_same_everywhere() -> None:
    one = device(
        addresses=("192.168.178.10", "fe80::1", "fe80::1%eth0", "127.0.0.1", "::", "224.0.0.1", "nonsense", "2001:db8::1")
    )
    assert [str(address) for address in addresses(one)] == ["192.168.178.10", "2001:db8::1"]


def test_ports_and_ssh_are_told_from_the_evidence() -> None:
    facts = [
        Evidence("192.168.178.10", f"tcp.{port}", state, "tcp", NOON)
        for port, state in ((443, "open"), (22, "open"), (80, "closed"))
    ]
    one = device(evidence=tuple(facts))
    assert open_ports(one) == [22, 443]
    assert speaks_ssh(one)
    assert not speaks_ssh(device())
    assert not speaks_ssh(device(addresses=(), evidence=tuple(facts)))


@given(attacks)
def test_a_remark_is_one_line(name: str) -> None:
    assert remark(device(name=name, vendor=name)).isprintable()


def test_a_household_keeps_its_names() -> None:
    hosts = [one.host for one in named(household().devices) if one.is_heard]
    assert hosts[:4] == ["fritz", "ap-upstairs", "pihole", "diskstation"]
