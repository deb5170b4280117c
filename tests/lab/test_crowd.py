"""Many plain devices, and the difficult ones among them."""

import pytest

from netinv.errors import LabError
from netinv.lab import crowd


def test_a_crowd_is_the_same_for_the_same_seed() -> None:
    assert crowd(50, seed=3, sleepy=0.3).devices == crowd(50, seed=3, sleepy=0.3).devices
    assert crowd(50, seed=3).devices != crowd(50, seed=4).devices


@pytest.mark.parametrize(
    ("hosts", "network"), [(1, "10.9.0.0/24"), (200, "10.9.0.0/24"), (253, "10.9.0.0/24"), (1000, "10.9.0.0/22")]
)
def test_a_crowd_has_as_many_devices_as_asked_for(hosts: int, network: str) -> None:
    many = crowd(hosts, network)
    assert len(many.truth) == hosts
    assert not many.far
    assert many.scanner not in many.truth
    assert len({d.mac for d in many.devices}) == hosts


def test_a_crowd_too_large_for_its_network_is_refused() -> None:
    with pytest.raises(LabError, match="do not fit"):
        crowd(300, "10.9.0.0/24")
    with pytest.raises(LabError, match="do not fit"):
        crowd(240, "10.9.0.0/24", proxy="10.9.0.128/26")


def test_as_many_have_each_trouble_as_told_and_never_the_router() -> None:
    many = crowd(101, sleepy=0.2, duplicates=3, icmp=0.8, wifi=0.6)
    router = many.truth[many.gateway]
    assert router.ping
    assert (router.wifi, router.also_mac, router.wakes_after_ms) == (False, None, 0.0)
    late = [d for d in many.devices if d.wakes_after_ms]
    deep = [d for d in many.devices if d.wakes_on > 1]
    assert (len(late), len(deep)) == (10, 10)
    assert all(400 <= d.wakes_after_ms <= 1500 for d in late)
    assert {d.wakes_on for d in deep} == {2, 3}
    assert sum(not d.ping for d in many.devices) == 20
    assert sum(d.wifi for d in many.devices) == 60
    macs = [mac for d in many.devices for mac in (d.mac, d.also_mac) if mac]
    assert len(set(macs)) == len(macs) == 101 + 3
