"""Devices and scans are found by what users write, read under today's rules, and nothing in them is harmful."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netinv.classification import rules
from netinv.errors import DeviceError, StoreError
from netinv.inventory.base import Inventory
from netinv.inventory.devices import derive
from netinv.inventory.identity import group
from netinv.model import Annotations, Evidence, Problem, Traffic
from netinv.text import clean
from tests.inventory.contract.stored import HOUSE, Open, Stored, by_mac
from tests.inventory.scans import HOME, PHONE, ROUTER, TV, at, heard, scan

HOSTILE = (
    "\x1b[31mred",
    "[/bold]",
    "=cmd|'/c calc'!A0",
    "two\nlines",
    "\u202egnp.exe",
    "\ud800",
    "a\0b",
    "'; DROP TABLE devices",
)
MEANT = ("tv", "TV", " tv.lan ", "Tv.LAN", "10.0.0.20", TV, TV.upper(), "3c22.fb00.0002", "3C-22-FB-00-00-02")
MEANINGLESS = ("", "x", "ab", "\udcff", "10.0.0.99", "00:00:00:00:00:07", "fff-", "\x1b", "a" * 5000, "'; DROP TABLE devices")
TEXT = st.text(min_size=1).map(clean).filter(bool)


class Reading(Stored):
    # -- finding by what a user writes

    @pytest.mark.parametrize("word", MEANT)
    def test_a_device_is_found_by_name_address_and_mac(self, store: Inventory, word: str) -> None:
        store.record(scan(*HOUSE))
        assert TV in store.find(word).macs

    def test_a_device_is_found_by_its_id_and_the_beginning_of_it(self, store: Inventory) -> None:
        for device in store.record(scan(*HOUSE)).scan.devices:
            assert store.find(device.id) == store.find(device.id.upper()) == store.find(device.id[:6]) == device

    @pytest.mark.parametrize("word", MEANINGLESS)
    def test_who_is_not_known_is_not_found(self, store: Inventory, word: str) -> None:
        store.record(scan(*HOUSE))
        with pytest.raises(DeviceError):
            store.find(word)

    def test_a_typing_error_is_answered_with_the_nearest_name(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        with pytest.raises(DeviceError) as caught:
            store.find("ruoter.lan")
        assert "router.lan" in (caught.value.hint or "")

    def test_several_devices_of_one_name_are_listed(self, store: Inventory) -> None:
        saved = store.record(scan(heard("10.0.0.5", TV, dns_ptr="cam.lan"), heard("10.0.0.6", PHONE, dns_ptr="cam.lan")))
        with pytest.raises(DeviceError) as caught:
            store.find("cam.lan")
        assert all(d.id in (caught.value.hint or "") for d in saved.scan.devices)

    def test_an_address_means_who_had_it_last(self, store: Inventory) -> None:
        store.record(scan(heard("10.0.0.5", TV)))
        store.record(scan(heard("10.0.0.5", PHONE), hours=1))
        assert PHONE in store.find("10.0.0.5").macs

    def test_a_name_is_found_in_any_case_of_any_script(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        store.annotate({by_mac(store.devices(), TV).id: Annotations(name="KÜCHE")})
        assert TV in store.find("küche").macs

    # -- today's rules

    def test_verdicts_are_those_of_todays_rules(self, open_store: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        """A verdict that was kept is replaced as soon as the rules are others, and then kept again."""
        with open_store() as store:
            found = scan(*HOUSE)
            wrong = replace(found.devices[0], verdict=replace(found.devices[0].verdict, kind="teapot"))
            store.record(replace(found, devices=(wrong, *found.devices[1:])))
            assert store.devices()[0].verdict.kind == "teapot"
        known = tuple(replace(device, network="10.0.0.0/24", sensor="local") for device in found.devices)
        monkeypatch.setattr("netinv.inventory.known.fingerprint", lambda: "newer")
        for read_only in (True, False):
            with open_store(read_only=read_only) as store:
                assert store.devices() == known
        monkeypatch.setattr("netinv.inventory.known.derive", lambda *_: pytest.fail("the verdict was not kept"))
        with open_store(read_only=True) as store:
            assert store.devices() == known

    def test_listing_reads_no_rules_once_their_verdicts_are_kept(self, open_store: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        with open_store() as store:
            store.record(scan(*HOUSE))
        rules.load_rules.cache_clear()
        monkeypatch.setattr(rules, "rules_of", lambda *_: pytest.fail("rules were read"))
        with open_store(read_only=True) as store:
            assert len(store.devices()) == 3
            assert store.find("tv").name == "tv"

    def test_brief_devices_are_the_same_without_their_evidence(self, store: Inventory) -> None:
        own = heard("10.0.0.99", "02:00:00:00:00:99", local_self="eth0", icmp_rtt="0.1")
        store.record(scan(*HOUSE, own))
        whole = [
            replace(
                d,
                evidence=tuple(e for e in d.evidence if e.key == "local.self"),
                verdict=replace(d.verdict, alternatives=(), details=()),
            )
            for d in store.devices()
        ]
        assert list(store.devices(brief=True)) == whole

    # -- scans

    def test_scans_are_listed_latest_first(self, store: Inventory) -> None:
        problems = (Problem("dns", "no resolver", "name one"), Problem("arp", "lost"))
        traffic = Traffic(700, 300, 250.5, 12, 3)
        store.record(scan(*HOUSE, problems=problems, traffic=traffic))
        store.record(scan(*HOUSE[:2], hours=1, is_partial=True, targets="10.0.0.1-20"))
        last, first = store.scans()
        assert (first.id, first.sensor, first.network, first.targets, first.method) == (
            "scan-0",
            "local",
            "10.0.0.0/24",
            "10.0.0.0/24",
            "arp+icmp",
        )
        assert (first.started, first.finished, first.asked, first.found, first.new) == (
            at(0),
            at(0) + timedelta(seconds=5),
            254,
            3,
            3,
        )
        assert (first.problems, first.traffic, first.is_partial) == (problems, traffic, False)
        assert (last.found, last.new, last.is_partial, last.targets) == (2, 0, True, "10.0.0.1-20")
        assert store.scans(limit=1) == (last,)

    def test_who_was_seen_in_a_scan_can_be_told(self, store: Inventory) -> None:
        first = store.record(scan(*HOUSE)).scan
        store.record(scan(*HOUSE[:1], hours=1))
        assert store.seen_in("scan-0") == {d.id for d in first.devices}
        assert store.seen_in("scan-1") == {by_mac(first.devices, ROUTER).id}
        with pytest.raises(StoreError):
            store.seen_in("scan-2")

    # -- what is hostile

    def test_hostile_text_comes_back_harmless(self, store: Inventory) -> None:
        found = scan(*(heard(f"10.0.0.{n}", dns_ptr=name) for n, name in enumerate(HOSTILE, 1)))
        store.record(found)
        assert store.record(replace(found, id="again")).changes == ()
        told = [e.value for d in store.devices() for e in d.evidence]
        assert told == [clean(name) for name in HOSTILE]
        assert all(name.isprintable() for d in store.devices() for name, _ in d.names)

    def test_hostile_words_about_the_scan_come_back_harmless(self, store: Inventory) -> None:
        store.record(scan(*HOUSE, targets="\x1b[2J\ud800", sensor="a\nb", problems=(Problem("x", "\ud800\x1b"),)))
        [told] = store.scans()
        assert all(text.isprintable() for text in (told.targets, told.sensor, told.problems[0].message))

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(
        st.lists(
            st.builds(
                Evidence,
                address=st.ip_addresses().map(str),
                key=st.sampled_from(["mac", "dns.ptr", "icmp.ttl", "tcp.80", "local.self", "ssh.banner"]),
                value=TEXT,
                probe=st.sampled_from(["arp", "dns"]),
                seen=st.integers(0, 10**6).map(lambda n: at(0) + timedelta(microseconds=n)),
            ),
            max_size=12,
            unique_by=lambda e: (e.address, e.key, e.value),
        )
    )
    def test_evidence_of_any_kind_comes_back_as_it_was(self, open_store: Open, evidence: list[Evidence]) -> None:
        with open_store(anew=True) as store:
            found = replace(scan(interface=HOME), devices=tuple(map(derive, group(evidence))))
            saved = store.record(found).scan.devices
            assert {d.id: set(d.evidence) for d in saved} == {d.id: set(d.evidence) for d in found.devices}
            assert store.devices() == saved
            for device in saved:
                assert store.find(device.id) == device
