"""What a device says of itself that tells it again, and what says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.inventory.traces import ENOUGH, WORTH, Trace, is_own_name, is_redundant, likeness, traces
from netinv.model import Evidence
from tests.inventory.scans import PHONE, TV, at, heard

KEY, NAME, COMMON = Trace("ssh.hostkey", "SHA256:a"), Trace("name", "annas-iphone"), Trace("name.common", "iphone")


@pytest.mark.parametrize(
    "name",
    ["Annas-iPhone", "anna-s-macbook", "DESKTOP-7QK2M1V", "ESP_3A91F2", "BRW30055CD1680B", "android-9f8e7d6c5b4a3210", "küche"],
)
def test_a_name_somebody_gave_or_with_a_number_of_its_own_is_ones_own(name: str) -> None:
    assert is_own_name(name)


@pytest.mark.parametrize(
    "name",
    ["iPhone", "Galaxy-S23", "Pixel-8", "MacBook-Pro", "raspberrypi", "Redmi-Note-12", "ipcam", "android-2", "", "-", "a.b"],
)
def test_a_name_many_have_is_not(name: str) -> None:
    assert not is_own_name(name)


def test_identifiers_are_taken_out_of_what_is_said() -> None:
    uuid = "2F402F80-da50-11e1-9b23-001788010203"
    found = traces(
        [
            *heard("10.0.0.5", TV, ssdp_usn=f"uuid:{uuid}::upnp:rootdevice", dns_ptr="annas-tv.lan", snmp_serial="X1Y2Z3"),
            *heard("10.0.0.5", mdns_txt="_airplay._tcp deviceid=AA:BB:CC:DD:EE:FF", netbios_name="ANNAS-TV"),
        ]
    )
    assert found == {
        ("upnp.udn", uuid.lower()), ("name", "annas-tv"), ("snmp.serial", "X1Y2Z3"), ("mdns.id", "_airplay aa:bb:cc:dd:ee:ff"),
    }  # fmt: skip


def test_only_the_address_that_stays_in_a_network_is_a_trace() -> None:
    def iid(address: str, made: str = "opaque") -> frozenset[Trace]:
        return traces([Evidence(address, "ipv6.iid", made, "ipv6", at(0))])

    assert iid("fe80::1a4a:64f3:6927:5e74") == {("ipv6.iid", "1a4a:64f3:6927:5e74")}
    assert iid("2001:db8::1a4a:64f3:6927:5e74") == iid("fe80::3e22:fbff:fe00:1", "eui64") == iid("10.0.0.5") == iid("x") == set()


def test_what_speaks_for_others_leaves_no_traces() -> None:
    proxy = [e for n in range(1, 12) for e in heard(f"10.0.0.{n}", TV, ssh_hostkey=f"SHA256:{n}")]
    assert not traces(proxy)
    assert not traces(heard("10.0.0.1", "00:00:5e:00:01:07", ssh_hostkey="SHA256:a"))
    assert not is_redundant(PHONE)


def test_a_placeholder_names_nobody() -> None:
    assert not traces(heard("10.0.0.5", ssdp_usn="uuid:00000000-0000-0000-0000-000000000000", dns_ptr="dhcp-10-0-0-5.lan"))


def test_likeness_is_of_independent_things_and_another_value_speaks_against_it() -> None:
    assert likeness([KEY], [KEY], at_once=False) >= ENOUGH > likeness([KEY], [KEY], at_once=True)
    assert likeness([KEY, NAME], [KEY, NAME], at_once=True) >= ENOUGH
    assert likeness([COMMON], [COMMON], at_once=False) < ENOUGH <= likeness([NAME], [NAME], at_once=False)
    assert likeness([KEY, NAME], [KEY, Trace("name", "bens-iphone")], at_once=False) == 0
    assert likeness([NAME, KEY], [NAME, Trace("ssh.hostkey", "SHA256:b")], at_once=False) == 0
    assert likeness([KEY], [NAME], at_once=False) == 0


@given(
    st.lists(
        st.builds(
            Evidence,
            address=st.sampled_from(["10.0.0.5", "fe80::1", "x", ""]),
            key=st.sampled_from([*WORTH, "mac", "mdns.txt", "ssdp.usn", "mdns.hostname", "dhcp.hostname", "ipv6.iid"]),
            value=st.text() | st.from_regex(r"uuid:[0-9a-f-]{36}") | st.from_regex(r"_\w+\._tcp (id|deviceid)=\S*"),
            probe=st.just("test"),
            seen=st.just(at(0)),
        )
    )
)
def test_evidence_of_any_kind_raises_nothing(evidence: list[Evidence]) -> None:
    found = traces(evidence)
    assert {trace.kind for trace in found} <= WORTH.keys()
    assert 0 <= likeness(found, found, at_once=True) <= 1
