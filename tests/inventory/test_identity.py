from ipaddress import IPv4Address, IPv6Address

from hypothesis import given
from hypothesis import strategies as st

from netinv.inventory.identity import by_number, clues, device_id, group
from netinv.model import Evidence
from tests.inventory.scans import PHONE, ROUTER, TV, at, heard


def addresses(evidence: tuple[Evidence, ...]) -> set[str]:
    return {e.address for e in evidence}


def test_all_addresses_with_one_mac_are_one_device() -> None:
    [device] = group([*heard("10.0.0.9", ROUTER), *heard("10.0.0.1", ROUTER, dns_ptr="router.lan")])
    assert addresses(device) == {"10.0.0.1", "10.0.0.9"}


def test_two_macs_at_one_address_are_two_devices_and_the_rest_goes_to_the_first_heard() -> None:
    late, early = heard("10.0.0.5", TV, hours=2)[0], heard("10.0.0.5", ROUTER, hours=1)[0]
    rest = heard("10.0.0.5", hours=3, dns_ptr="tv.lan", tcp_22="open")
    one, other = sorted(group([late, *rest, early]), key=len)
    assert one == (late,)
    assert set(other) == {early, *rest}


def test_what_is_heard_where_a_proxy_answers_too_is_the_hosts_own() -> None:
    proxy = [e for n in range(5, 9) for e in heard(f"10.0.0.{n}", ROUTER)]
    rest = heard("10.0.0.7", dns_ptr="tv.lan", tcp_22="open")
    router, host = group([*proxy, *heard("10.0.0.7", TV, hours=1), *rest])
    assert addresses(router) == {f"10.0.0.{n}" for n in range(5, 9)}
    assert set(rest) < set(host)


def test_without_a_mac_each_address_is_a_device() -> None:
    found = group([*heard("10.9.0.5", icmp_ttl="63"), *heard("10.9.0.6", icmp_ttl="63")])
    assert [addresses(device) for device in found] == [{"10.9.0.5"}, {"10.9.0.6"}]


def test_the_addresses_of_the_scanning_machine_are_one_device() -> None:
    wired = heard("10.0.0.7", TV, local_self="eth0", local_hostname="desk")
    wireless = heard("10.0.0.8", PHONE, local_self="wlan0")
    tunnel = heard("10.8.0.2", local_self="tun0")
    second = heard("10.0.0.70", TV)
    [device] = group([*wired, *wireless, *tunnel, *second])
    assert addresses(device) == {"10.0.0.7", "10.0.0.8", "10.8.0.2", "10.0.0.70"}


def test_whoever_claims_our_own_address_is_not_us() -> None:
    found = group([*heard("10.0.0.7", TV, local_self="eth0"), *heard("10.0.0.7", PHONE, hours=1)])
    assert sorted(map(len, found)) == [1, 2]


def test_a_multicast_or_empty_or_broken_mac_identifies_nobody() -> None:
    for mac in ("03:bf:0a:00:00:05", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "no mac"):
        [one, other] = group([*heard("10.0.0.5", mac), *heard("10.0.0.6", mac)])
        assert clues(one) == (("address", "10.0.0.5"),)
        assert clues(other) == (("address", "10.0.0.6"),)


def test_a_registered_mac_is_a_stronger_clue_than_a_made_up_one() -> None:
    assert clues([*heard("10.0.0.5", PHONE), *heard("10.0.0.5", TV)]) == (("mac", TV), ("mac", PHONE))


def test_an_address_is_a_clue_only_without_a_mac() -> None:
    assert clues(heard("10.0.0.5", icmp_ttl="64")) == (("address", "10.0.0.5"),)
    assert all(kind == "mac" for kind, _ in clues(heard("10.0.0.5", TV)))


def test_the_id_follows_from_the_strongest_clue_alone() -> None:
    one = device_id(clues([*heard("10.0.0.5", TV), *heard("10.0.0.6", PHONE)]))
    assert one == device_id(clues(heard("10.0.0.200", TV, hours=9))) != device_id(clues(heard("10.0.0.5", PHONE)))
    assert len(one) == 11
    assert one[0] == "d", "a spreadsheet would take 12e45678 for a number"
    assert int(one[1:], 16) >= 0


def test_addresses_sort_by_number_with_ipv4_first_and_nonsense_last() -> None:
    assert sorted(["x", "fe80::1%eth0", "10.0.0.10", "2001:db8::1", "10.0.0.9"], key=by_number) == [
        "10.0.0.9",
        "10.0.0.10",
        "2001:db8::1",
        "fe80::1%eth0",
        "x",
    ]


def test_ipv4_and_ipv6_with_one_mac_are_one_device_and_ipv6_alone_is_one_too() -> None:
    devices = group([*heard("10.0.0.5", TV), *heard("fe80::1", TV), *heard("2001:db8::1", TV), *heard("fe80::2", PHONE)])
    assert [{e.address for e in device} for device in devices] == [{"10.0.0.5", "fe80::1", "2001:db8::1"}, {"fe80::2"}]


def test_without_a_mac_ipv6_is_joined_by_the_mac_it_is_made_of_or_by_what_both_sides_list() -> None:
    made = str(IPv6Address("fe80::" + "0211:32ff:fe01:0203"))
    by_iid = [*heard("10.0.0.5", "00:11:32:01:02:03"), Evidence(made, "ipv6.iid", "eui64", "ipv6", at(0))]
    assert len(group(by_iid)) == 1
    assert len(group([*heard("10.0.0.5", TV), Evidence(made, "ipv6.iid", "eui64", "ipv6", at(0))])) == 2

    def lists(one: str, other: str) -> Evidence:
        return Evidence(one, "mdns.address", other, "mdns", at(0))

    here = heard("10.0.0.5", TV)
    assert len(group([*here, lists("10.0.0.5", "fe80::7"), lists("fe80::7", "10.0.0.5")])) == 1
    assert len(group([*here, lists("fe80::7", "10.0.0.5")])) == 2, "anybody can list anybody"
    assert len(group([*here, lists("10.0.0.5", "fe80::7")])) == 1, "what nobody answered at is no address"


HEARD = st.builds(
    Evidence,
    address=st.integers(0, 7).map(lambda n: str(IPv4Address("10.0.0.0") + n)),
    key=st.sampled_from(["mac", "mac", "dns.ptr", "local.self", "tcp.22"]),
    value=st.sampled_from([TV, PHONE, ROUTER, "ff:ff:ff:ff:ff:ff", "open", ""]),
    probe=st.just("test"),
    seen=st.integers(0, 5).map(at),
)


@given(st.lists(HEARD))
def test_no_evidence_is_lost_or_shared_and_no_mac_is_two_devices(evidence: list[Evidence]) -> None:
    found = group(evidence)
    assert sorted(map(repr, (e for device in found for e in device))) == sorted(map(repr, evidence))
    macs = [clue for device in found for clue in clues(device) if clue[0] == "mac"]
    assert len(macs) == len(set(macs))
    assert len({device_id(clues(device)) for device in found}) == len(found)
    assert group(evidence) == found
