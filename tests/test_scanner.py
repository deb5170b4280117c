"""The whole flow through the public face, on a LAN answered from memory."""

import json
from datetime import UTC, datetime
from io import BytesIO, StringIO, TextIOWrapper
from ipaddress import IPv4Interface
from typing import Any

import pytest

import netinv
from netinv.formats import formats
from netinv.formats.base import Report, Style
from netinv.lab import chatter
from netinv.lab.household import household
from netinv.lab.memory import MemoryNetwork
from netinv.model import MAC, Device, Interface, Problem
from netinv.net.network import FORBIDDEN
from netinv.net.overheard import read
from netinv.net.targets import parse_targets
from netinv.plan import QUICK, select_probes, shared_out
from netinv.probes import probes
from netinv.probes.base import HostProbe, LinkProbe
from netinv.survey import Progress

HOME = household()
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def scan(*words: str, network: MemoryNetwork | None = None, **options: Any) -> netinv.Scan:
    return netinv.scan(words, network=network or MemoryNetwork(), now=lambda: NOW, **options)


def test_a_scan_finds_the_household_and_says_how() -> None:
    found = scan()
    assert {d.ip for d in found.devices} == HOME.visible | {HOME.scanner}
    assert found.method == "arp+icmpv6"
    assert (found.asked, found.targets, found.is_partial) == (254, str(HOME.network), False)
    assert found.traffic.frames > found.asked


def test_both_macs_of_a_conflict_are_devices() -> None:
    at = [d for d in scan().devices if d.ip == "10.77.0.34"]
    assert len({d.mac for d in at}) == 2


def test_two_scans_of_a_still_lan_are_the_same() -> None:
    def ids(found: netinv.Scan) -> list[tuple[str, str]]:
        return sorted((d.id, d.verdict.kind) for d in found.devices)

    assert ids(scan()) == ids(scan())


def test_no_verdict_contradicts_the_truth() -> None:
    for device in scan().devices:
        true = HOME.truth.get(device.ip or "")
        if true and device.mac == true.mac and device.verdict.category != "unknown":
            assert device.verdict.category == true.category, device.verdict


def test_every_device_is_told_of_once_and_progress_reaches_its_end() -> None:
    told: list[Progress | Device] = []
    found = scan(on_event=told.append)
    devices = [t for t in told if isinstance(t, Device)]
    assert sorted(d.id for d in devices) == sorted(d.id for d in found.devices if d.ip in {e.ip for e in devices})
    assert len({d.id for d in devices}) == len(devices)
    last = [t for t in told if isinstance(t, Progress)][-1]
    assert last.passed == last.planned > 0


def test_a_scan_that_is_stopped_is_partial() -> None:
    assert scan(stop=lambda: True).is_partial


def test_where_nothing_can_be_asked_it_is_an_error_with_a_hint() -> None:
    closed = MemoryNetwork(abilities=(), silent=HOME.truth, problems=[Problem(FORBIDDEN, "nothing is allowed", "use sudo")])
    with pytest.raises(netinv.PrivilegeError, match="nothing is allowed") as caught:
        scan(network=closed)
    assert caught.value.hint == "use sudo"


def test_where_nobody_answers_it_says_so() -> None:
    found = scan(network=MemoryNetwork(silent=HOME.visible))
    assert [d.ip for d in found.devices] == [HOME.scanner]
    assert "no other device answered" in found.problems[-1].message


def test_probes_are_chosen_by_name_and_unknown_names_are_refused() -> None:
    assert [p.name for p in select_probes(["arp", "tcp"], ["tcp"])] == ["arp"]
    with pytest.raises(netinv.UsageError, match="nosuch"):
        select_probes([], ["nosuch"])


@pytest.mark.parametrize("name", ["snmp", "industrial", "http", "upnp", "rmcp"])
def test_a_probe_that_asks_who_was_found_brings_along_who_finds_and_who_tells_what_it_wants(name: str) -> None:
    chosen = select_probes([name], [])
    names = {p.name for p in chosen}
    default = {p.name for p in select_probes([], [])}
    assert {name, "arp", "icmp", "neighbours"} <= names
    assert names - {name} < default, "naming one is no consent to another"
    told = {key for p in chosen for key in p.tells}
    (probe,) = (p for p in chosen if p.name == name)
    if isinstance(probe, HostProbe):
        assert {want.partition("=")[0] for want in probe.wants} <= told
    else:
        assert any(key.startswith("tcp.") for key in told)
        assert "tcp" in names
    assert "tcp" not in {p.name for p in select_probes(["snmp"], [])}, "it does not want it"


def test_probes_that_find_somebody_come_alone_and_skipped_ones_stay_away() -> None:
    assert [p.name for p in select_probes(["arp", "snmp"], [])] == ["arp", "snmp"]
    assert "arp" not in {p.name for p in select_probes(["snmp"], ["arp"])}
    finders = [p.name for p in probes() if isinstance(p, LinkProbe) and p.needs]
    with pytest.raises(netinv.UsageError, match="find nobody"):
        select_probes(["snmp"], finders)


def test_an_opt_in_probe_alone_finds_and_asks() -> None:
    found = scan(network=MemoryNetwork(), probe=["snmp"])
    assert len(found.devices) > 3
    assert {"arp", "snmp"} <= {e.probe for d in found.devices for e in d.evidence}


def interface(name: str, *addresses: str) -> Interface:
    return Interface(name, MAC.parse("54:e1:ad:00:00:01"), tuple(map(IPv4Interface, addresses)))


def test_each_address_is_asked_once_through_the_interface_it_is_on() -> None:
    first, second, third = (
        interface("a", "10.0.0.5/24"),
        interface("b", "10.0.1.5/24", "10.0.0.6/24"),
        interface("c", "10.0.2.1/24"),
    )
    plans = shared_out(parse_targets(["10.0.0.1-3", "10.0.1.1-2", "10.9.9.9"]), [first, second, third])
    assert [(p.interface.name, list(p.targets)) for p in plans] == [
        ("a", ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.9.9.9"]),
        ("b", ["10.0.1.1", "10.0.1.2"]),
    ]


def test_the_inventory_and_the_formats_take_what_a_scan_finds(tmp_path: Any) -> None:
    with netinv.open_inventory(tmp_path / "i.db") as inventory:
        recorded = inventory.record(scan())
        assert all(d.is_new for d in recorded.scan.devices)
        again = inventory.record(scan()).scan
        assert not any(d.is_new for d in again.devices)
        assert [d.verdict for d in inventory.devices()] == [d.verdict for d in again.devices]
        netinv.export(inventory.devices(), tmp_path / "devices.json")
    assert len(json.loads((tmp_path / "devices.json").read_text())["devices"]) == len(again.devices)
    for format_ in formats().values():
        format_.write(Report(again.devices, again), written := TextIOWrapper(BytesIO(), "utf-8"), Style())
        written.flush()
        assert format_.is_binary or HOME.gateway in written.buffer.getvalue().decode()  # type: ignore[attr-defined]


def test_hostile_names_arrive_nowhere_as_more_than_text() -> None:
    found = scan()
    for name in ("table", "csv", "json", "jsonl"):
        formats()[name].write(Report(found.devices, found), text := StringIO(), Style(color=False))
        assert not {c for c in text.getvalue() if ord(c) < 32 and c not in "\r\n"}
        assert "\u202e" not in text.getvalue()


def test_a_quick_scan_loads_all_the_probes_that_sweep_and_no_others() -> None:
    swept = frozenset({"arp", "icmp", "neighbours"})
    sweeps = {p.name for p in probes() if isinstance(p, LinkProbe) and p.by_default and p.needs <= swept}
    assert {p.name for p in select_probes((), (), is_quick=True)} == sweeps == set(QUICK)


def heard_only(*frames: bytes) -> MemoryNetwork:
    return MemoryNetwork(abilities={"listen"}, overheard=[heard for frame in frames if (heard := read(frame))])


def test_a_passive_scan_lists_who_gives_a_sign_and_asks_nobody() -> None:
    phone = HOME.truth["10.77.0.41"]
    network = heard_only(chatter.looks_for(str(phone.mac), phone.address, HOME.gateway))
    found = scan(network=network, passive=True, listen=0.05)
    assert {d.ip for d in found.devices} == {phone.address, HOME.scanner}
    assert (found.method, network.questions) == ("listen", [])
    silent = scan(network=heard_only(chatter.introduces_itself("00:1b:54:aa:bb:01", "sw", "1")), passive=True, listen=0.05)
    assert "gave a sign" in silent.problems[-1].message


def test_a_passive_scan_takes_no_network_that_could_send_and_no_name() -> None:
    with pytest.raises(netinv.UsageError, match="nothing but listen"):
        scan(passive=True)
    with pytest.raises(netinv.TargetError, match="asks no resolver"):
        scan("router.lan", network=heard_only(), passive=True)
    with pytest.raises(netinv.UsageError, match="0 seconds or more"):
        scan(listen=-1.0)


def test_who_is_silent_while_a_scan_only_listens_is_not_gone(tmp_path: Any) -> None:
    phone = HOME.truth["10.77.0.41"]
    frame = chatter.looks_for(str(phone.mac), phone.address, HOME.gateway)
    words = [str(HOME.network), *map(str, HOME.beyond)]
    with netinv.open_inventory(tmp_path / "i.db") as inventory:
        inventory.record(scan(*words))
        for _ in range(12):
            inventory.record(scan(*words, network=heard_only(frame), passive=True, listen=0.01))
        assert not [change for change in inventory.history() if change.after == "gone"]
