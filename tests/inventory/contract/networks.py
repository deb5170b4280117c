"""Several networks and several sensors share one inventory."""

import pytest

from netinv.errors import UsageError
from netinv.inventory.base import Inventory
from netinv.model import Annotations
from tests.inventory.contract.stored import HOUSE, Stored, by_mac
from tests.inventory.scans import OFFICE, PHONE, ROUTER, TV, heard, scan


class Networks(Stored):
    # -- networks

    def test_home_and_office_are_two_inventories_in_one(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        store.record(scan(heard("192.168.7.1", "3c:22:fb:00:07:01"), hours=1, interface=OFFICE, targets="192.168.7.0/24"))
        store.name_network("192.168.7.0/24", "office")
        store.name_network(ROUTER.upper(), "home")
        assert [(s.site.label, s.devices, s.gone, s.scans) for s in store.networks()] == [("office", 1, 0, 1), ("home", 3, 0, 1)]
        assert {d.network for d in store.devices()} == {"home", "office"}
        for word in ("home", "HOME", "10.0.0.0/24", ROUTER):
            assert len(store.devices(network=word)) == len(store.devices(network=word, brief=True)) == 3
            assert [s.site for s in store.scans(network=word)] == ["home"]
            assert len(store.history(network=word)) == 3
        assert len(store.devices(network="here")) == 1
        with pytest.raises(UsageError, match="another network"):
            store.name_network("home", "Office")
        with pytest.raises(UsageError) as caught:
            store.devices(network="ofice")
        assert "office" in (caught.value.hint or "")
        assert store.undo() == "name of the network 10.0.0.0/24 set"
        assert store.undo() == "name of the network 192.168.7.0/24 set"
        assert {summary.site.name for summary in store.networks()} == {""}

    def test_two_networks_with_the_same_addresses_are_told_by_their_gateways(self, store: Inventory) -> None:
        other = "3c:22:fb:00:00:0f"
        store.record(scan(*HOUSE))
        store.record(scan(heard("10.0.0.1", other), hours=1))
        assert {s.site.label for s in store.networks()} == {f"10.0.0.0/24 via {ROUTER}", f"10.0.0.0/24 via {other}"}
        with pytest.raises(UsageError) as caught:
            store.devices(network="10.0.0.0/24")
        assert ROUTER in (caught.value.hint or "")
        assert len(store.devices(network=other)) == 1

    # -- several sensors

    def test_it_is_told_which_sensor_heard_a_device_and_told_of_a_change(self, store: Inventory) -> None:
        store.record(scan(*HOUSE, sensor="attic"))
        recorded = store.record(scan(*HOUSE[:2], heard("10.0.0.31", PHONE), hours=1, sensor="cellar", targets="10.0.0.30-40"))
        assert {d.sensor for d in recorded.scan.devices} == {c.sensor for c in recorded.changes} == {"cellar"}
        store.record(scan(HOUSE[0], hours=2, sensor="attic", targets="10.0.0.1"))
        assert {d.mac: d.sensor for d in store.devices()} == {ROUTER: "attic", TV: "cellar", PHONE: "cellar"}
        assert {d.mac: d.sensor for d in store.devices(brief=True)} == {d.mac: d.sensor for d in store.devices()}
        assert [s.sensor for s in store.scans()] == ["attic", "cellar", "attic"]
        store.annotate({by_mac(store.devices(), TV).id: Annotations(owner="Anna")})
        assert [c.sensor for c in store.history()] == ["", "cellar", "attic", "attic", "attic"]

    def test_a_sensor_at_another_site_makes_nobody_gone_though_it_uses_the_same_addresses(self, store: Inventory) -> None:
        """Neither hears a gateway."""
        there = [heard(f"10.0.0.{n}", f"3c:22:fb:00:07:{n:02x}") for n in range(2, 6)]
        for hours in range(0, 60, 2):
            store.record(scan(*HOUSE[1:], hours=hours, sensor="attic"))
            store.record(scan(*there, hours=hours + 1, sensor="shop"))
        assert {d.presence for d in store.devices()} == {"here"}
        assert not [c for c in store.history() if c.field in ("presence", "network")]
        assert sorted((s.devices, s.scans) for s in store.networks()) == [(2, 30), (4, 30)]
        assert len({s.site.label for s in store.networks()}) == 2
        assert len(store.devices(network=next(s.site.label for s in store.networks() if s.devices == 4))) == 4

    def test_two_sensors_among_the_same_neighbours_are_in_one_network(self, store: Inventory) -> None:
        house = [heard(f"10.0.0.{n}", f"3c:22:fb:00:07:{n:02x}") for n in range(2, 6)]
        store.record(scan(*house, sensor="attic"))
        store.record(scan(*house[1:], heard("10.0.0.9", PHONE), hours=1, sensor="cellar"))
        assert [(s.devices, s.scans) for s in store.networks()] == [(5, 2)]

    def test_a_visitor_from_another_site_does_not_make_it_that_site(self, store: Inventory) -> None:
        store.record(scan(*HOUSE[1:], sensor="attic"))
        store.record(scan(HOUSE[2], heard("10.0.0.8", "3c:22:fb:00:07:08"), hours=1, sensor="shop"))
        assert len(store.networks()) == 2
        assert by_mac(store.devices(), PHONE).sensor == "shop"
        assert by_mac(store.devices(), TV).presence == "here"

    def test_a_gateway_heard_at_last_names_the_network_of_the_sensor_that_heard_it(self, store: Inventory) -> None:
        for sensor in ("attic", "shop"):
            store.record(scan(heard("10.0.0.20", TV if sensor == "attic" else PHONE), sensor=sensor, name=sensor))
        store.record(scan(*HOUSE[:2], hours=1, sensor="attic"))
        assert {(s.site.gateway, s.scans) for s in store.networks()} == {(ROUTER, 2), ("", 1)}

    def test_what_a_host_without_a_name_began_it_goes_on_with_under_its_name(self, store: Inventory) -> None:
        store.record(scan(HOUSE[1]))
        store.record(scan(HOUSE[2], hours=1, sensor="attic"))
        assert [s.scans for s in store.networks()] == [2]
