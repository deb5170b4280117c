"""Findings: what is told of a network, and above all what is not; and the same from real frames."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from ipaddress import IPv4Interface
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.findings import KINDS, MANY, findings
from netinv.formats.json import schema_text
from netinv.inventory.devices import derive
from netinv.inventory.identity import group
from netinv.lab import Lan
from netinv.model import MAC, Answer, Device, Evidence, Finding, Interface, Notice

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
LAN = Interface("eth0", MAC("54:e1:ad:00:00:01"), (IPv4Interface("10.0.0.50/24"),), gateway="10.0.0.1")
A, B, C = (MAC(f"3c:a6:2f:00:00:0{n}") for n in (1, 2, 3))


def devices(*heard: tuple[str, str, str]) -> tuple[Device, ...]:
    return tuple(map(derive, group(Evidence(*answer, "arp", NOON) for answer in heard)))


def found(
    heard: Iterable[tuple[str, str, str]] = (), notices: Iterable[Notice] = (), interfaces: Iterable[Interface] = (LAN,)
) -> tuple[Finding, ...]:
    return findings(devices(*heard), notices, interfaces)


def kinds(told: Iterable[Finding]) -> list[str]:
    return [f.kind for f in told]


def proxied(count: int, mac: str = A, first: int = 100) -> list[tuple[str, str, str]]:
    return [(f"10.0.0.{first + n}", "mac", mac) for n in range(count)]


def test_two_macs_at_one_address_are_a_conflict_that_names_both() -> None:
    [conflict] = found([("10.0.0.5", "mac", A), ("10.0.0.5", "mac", B), ("10.0.0.6", "mac", C)])
    assert (conflict.kind, conflict.severity, conflict.addresses, conflict.macs) == (
        "address_conflict",
        "warning",
        ("10.0.0.5",),
        (A, B),
    )
    assert len(conflict.devices) == len(conflict.evidence) == 2
    assert A in conflict.says
    assert B in conflict.says
    assert conflict.hint


def test_a_slow_reply_that_also_answers_the_retry_is_no_conflict() -> None:
    assert found([("10.0.0.5", "mac", A), ("10.0.0.5", "mac", A)]) == ()


def test_the_same_rivals_at_several_addresses_are_one_conflict() -> None:
    [conflict] = found([(f"10.0.0.{n}", "mac", mac) for n in (10, 9) for mac in (A, B)])
    assert conflict.addresses == ("10.0.0.9", "10.0.0.10")


@pytest.mark.parametrize("shared", ["00:00:5e:00:01:0a", "00:00:0c:07:ac:01", "00:00:0c:9f:f0:01", "00:07:b4:00:01:02"])
def test_routers_that_stand_in_for_each_other_are_named_and_are_no_conflict(shared: str) -> None:
    [told] = found([("10.0.0.1", "mac", A), ("10.0.0.1", "mac", shared)])
    assert (told.kind, told.severity) == ("redundant_router", "info")
    assert shared in told.says


def test_the_macs_of_this_machine_are_no_rivals() -> None:
    own = [("10.0.0.50", "local.self", "eth0"), ("10.0.0.51", "local.self", "wlan0")]
    assert found([*own, ("10.0.0.50", "mac", A), ("10.0.0.51", "mac", B), ("10.0.0.50", "mac", B)]) == ()
    assert kinds(found([*own, ("10.0.0.50", "mac", A), ("10.0.0.50", "mac", C)])) == ["address_conflict"]


def test_a_host_with_some_aliases_is_no_proxy_and_one_with_many_addresses_is() -> None:
    assert found(proxied(MANY - 1)) == ()
    [proxy] = found(proxied(40))
    assert (proxy.kind, proxy.severity, proxy.macs) == ("proxy_arp", "info", (A,))
    assert len(proxy.addresses) == 40
    assert len(proxy.devices) == 1
    assert "10.0.0.103 and 36 more" in proxy.says


def test_on_a_small_network_half_of_it_is_many() -> None:
    small = Interface("eth0", LAN.mac, (IPv4Interface("10.0.0.99/29"),))
    assert kinds(found(proxied(4, first=97), interfaces=[small])) == ["proxy_arp"]
    assert found(proxied(4, first=97)) == ()


def test_ipv6_addresses_make_no_proxy_because_every_host_has_several() -> None:
    assert found([(f"2001:db8::{n}", "mac", A) for n in range(1, 30)]) == ()


def test_a_proxy_beside_the_hosts_themselves_is_one_finding_and_not_as_many_conflicts() -> None:
    told = found([*proxied(40), ("10.0.0.105", "mac", B), ("10.0.0.106", "mac", C)])
    assert kinds(told) == ["proxy_arp"]
    assert told[0].severity == "warning"
    assert "10.0.0.105 and 10.0.0.106" in told[0].says


def test_two_hosts_that_conflict_where_a_proxy_answers_too_are_still_a_conflict() -> None:
    told = found([*proxied(40), ("10.0.0.105", "mac", B), ("10.0.0.105", "mac", C)])
    assert kinds(told) == ["address_conflict", "proxy_arp"]
    assert told[0].macs == (B, C)


def hosts(one: tuple[str, str], other: tuple[str, str]) -> list[tuple[str, str, str]]:
    return [
        answer
        for address, (name, ttl) in zip(("10.0.0.5", "10.0.0.6"), (one, other), strict=True)
        for answer in ((address, "mac", A), (address, "dns.ptr", name), (address, "icmp.ttl", ttl))
    ]


def test_two_systems_with_one_mac_are_told_of_only_if_name_and_ttl_both_differ() -> None:
    [copy] = found(hosts(("mailhost.lan", "64"), ("till.lan", "128")))
    assert (copy.kind, copy.addresses, copy.macs) == ("duplicate_mac", ("10.0.0.5", "10.0.0.6"), (A,))
    assert len(copy.evidence) == 4
    assert found(hosts(("mailhost.lan", "64"), ("till.lan", "63"))) == ()
    assert found(hosts(("mailhost.lan", "64"), ("mailhost.example", "128"))) == ()
    assert found(hosts(("ip-10-0-0-5.lan", "64"), ("ip-10-0-0-6.lan", "128"))) == ()


def test_a_sleeper_is_told_of_once_with_all_others() -> None:
    late = [(f"10.0.0.{n}", key, value) for n in (9, 10) for key, value in (("mac", f"3c:a6:2f:00:01:0{n % 9}"),)]
    late += [("10.0.0.10", "arp.attempt", "3"), ("10.0.0.9", "arp.attempt", "2"), ("10.9.0.1", "icmp.attempt", "2")]
    [sleepy] = found([*late, ("10.0.0.11", "mac", C), ("10.0.0.11", "arp.attempt", "1")])
    assert (sleepy.kind, sleepy.severity, sleepy.addresses) == ("sleepy", "info", ("10.0.0.9", "10.0.0.10", "10.9.0.1"))
    assert len(sleepy.devices) == len(sleepy.evidence) == 3
    assert sleepy.says.startswith("3 addresses answered only when asked again: 10.0.0.9, 10.0.0.10 and 10.9.0.1;")


def server(address: str, mac: MAC | None, value: str = "") -> Notice:
    return Notice("dhcp.server", address, mac, value)


def test_two_dhcp_servers_are_told_of_and_one_however_often_heard_is_not() -> None:
    assert found(notices=[server("10.0.0.2", A, "offers 10.0.0.9"), server("10.0.0.2", A, "offers 10.0.0.10")]) == ()
    assert found(notices=[server("10.0.0.2", A), server("10.0.0.2", B)]) == (), "two relays of one server"
    assert found(notices=[server("10.0.0.2", A), server("192.168.9.1", A)]) == (), "one box with two networks"
    assert found(notices=[server("10.0.0.2", A), server("nonsense", B)]) == ()
    [second] = found([("10.0.0.3", "mac", B)], [server("10.0.0.2", A), server("10.0.0.3", B)])
    assert (second.kind, second.severity, second.addresses, second.macs) == (
        "second_dhcp_server",
        "warning",
        ("10.0.0.2", "10.0.0.3"),
        (A, B),
    )
    assert len(second.devices) == 1, "only one of them is among the devices"


def test_each_link_may_have_a_dhcp_server_and_a_router_of_its_own() -> None:
    other = Interface("eth1", MAC("54:e1:ad:00:00:02"), (IPv4Interface("10.1.0.50/24"),))
    both = [server("10.0.0.2", A), server("10.1.0.2", B), server("203.0.113.1", C)]
    assert found(notices=both, interfaces=[LAN, other]) == (), "where the third was heard cannot be told"
    assert kinds(found(notices=both)) == ["second_dhcp_server"]
    routers = [Notice("ra.router", f"fe80::{n}%eth{n}", mac, "") for n, mac in ((0, A), (1, B))]
    assert found(notices=routers, interfaces=[LAN, other]) == ()


def test_a_second_router_advertiser_is_told_of_unless_the_routers_stand_in_for_each_other() -> None:
    routers = [Notice("ra.router", "fe80::1%eth0", A, ""), Notice("ra.router", "fe80::2%eth0", B, "")]
    assert kinds(found(notices=routers)) == ["second_router_advertiser"]
    shared = Notice("ra.router", "fe80::3%eth0", MAC("00:00:5e:00:02:01"), "")
    assert found(notices=[routers[0], shared]) == ()


def sender(address: str, mac: MAC = A) -> Notice:
    return Notice("arp.sender", address, mac, "")


def test_a_sender_of_no_network_here_is_told_of_and_an_arp_probe_is_none() -> None:
    [stranger] = found(notices=[sender("192.168.5.7")])
    assert (stranger.kind, stranger.severity, stranger.addresses, stranger.macs) == (
        "off_subnet_sender",
        "warning",
        ("192.168.5.7",),
        (A,),
    )
    assert "10.0.0.0/24" in stranger.says
    assert found(notices=[sender("0.0.0.0"), sender("10.0.0.7"), sender("nonsense")]) == ()


def test_an_address_a_host_gave_itself_is_told_of_apart_and_alarms_nobody() -> None:
    told = found(notices=[sender("169.254.7.7", B), sender("192.168.5.7")])
    assert [(f.kind, f.severity) for f in told] == [("off_subnet_sender", "warning"), ("off_subnet_sender", "info")]


def test_a_flood_of_senders_is_one_line() -> None:
    [flood] = found(notices=[sender(f"192.168.{n // 200}.{n % 200 + 1}", MAC.parse(n.to_bytes(6, "big"))) for n in range(1024)])
    assert len(flood.says) < 200
    assert len(flood.addresses) == 1024


def test_every_kind_is_explained_and_in_the_schema() -> None:
    assert all(kind.means and kind.hint for kind in KINDS.values())
    schema = json.loads(schema_text())["$defs"]["finding"]["properties"]["kind"]
    assert schema["examples"] == list(KINDS)


ANSWERS = st.builds(
    Answer,
    st.integers(1, 30).map(lambda n: f"10.0.0.{n}"),
    st.sampled_from(["mac", "mac", "mac", "dns.ptr", "icmp.ttl", "arp.attempt", "local.self"]),
    st.sampled_from([A, B, "00:00:5e:00:01:01", "64", "128", "2", "mail.lan", "till.lan", ""]),
)
NOTICES = st.builds(
    Notice,
    st.sampled_from(["arp.sender", "dhcp.server", "ra.router", "other.kind"]),
    st.none() | st.sampled_from(["10.0.0.1", "192.168.1.1", "fe80::1%eth0", "fe80::2%eth0", "x", ""]),
    st.none() | st.sampled_from([A, B, C]),
    st.text(max_size=3),
)


@given(st.lists(ANSWERS, max_size=60), st.lists(NOTICES, max_size=12), st.randoms())
def test_whatever_is_heard_findings_are_well_formed_and_no_matter_of_order(heard: Any, notices: Any, chance: Any) -> None:
    of = devices(*heard)
    told = findings(of, notices, [LAN])
    shuffled = [list(of), list(notices)]
    for each in shuffled:
        chance.shuffle(each)
    assert {f.kind for f in told} <= set(KINDS)
    assert findings(shuffled[0], shuffled[1], [LAN]) == told
    ids = {d.id for d in of}
    facts = {e.id for d in of for e in d.evidence}
    for finding in told:
        assert set(finding.devices) <= ids
        assert set(finding.evidence) <= facts
        assert finding.addresses
        assert "\n" not in finding.says


def scanned(netinv: Any, lan: Lan, *words: str) -> Any:
    done = lan.run(netinv.command("scan", "--json", "--no-save", *words), env=netinv.environment())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_real_frames_of_the_household_show_its_conflict_and_its_sleepers(lan: Lan, netinv: Any) -> None:
    told = {f["kind"]: f for f in scanned(netinv, lan, "--probe", "arp")["scan"]["findings"]}
    truth = lan.truth
    rivals = {d.address for d in truth.values() if d.also_mac}
    sleepers = {d.address for d in truth.values() if d.wakes_on > 1 or d.wakes_after_ms > 1000}
    assert set(told["address_conflict"]["addresses"]) == rivals
    assert sleepers <= set(told.get("sleepy", {"addresses": ()})["addresses"])
    assert set(told) <= {"address_conflict", "sleepy"}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_clean_lan_has_no_findings(crowd: Callable[..., Lan], netinv: Any, seed: int) -> None:
    lan = crowd(hosts=60, network="10.9.0.0/26", seed=seed)
    document = scanned(netinv, lan)
    assert len(document["devices"]) > 50
    assert document["scan"]["findings"] == []


def test_who_speaks_in_another_s_name_is_named_and_no_conflict() -> None:
    heard = [("10.0.0.2", "mac", B), ("10.0.0.3", "mac", A)]
    [borrowed] = found(heard, [Notice("address.borrowed", "10.0.0.3", B, A)])
    assert (borrowed.kind, borrowed.severity, borrowed.addresses, borrowed.macs) == (
        "borrowed_address",
        "warning",
        ("10.0.0.3",),
        (B,),
    )
    assert borrowed.says.startswith(f"{B} (10.0.0.2) speaks in the name of 10.0.0.3, which is at {A};")
