"""`netinv scan` on the virtual LAN: real packets, real processes, and all that can go wrong around them."""

import csv
import io
import json
import os
import signal
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from netinv.defaults import RATE
from netinv.formats.json import schema_text
from netinv.lab import Lan
from netinv.probes import probes
from netinv.probes.base import LinkProbe

pytestmark = pytest.mark.slow

ORDINARY = {"privileged": False}
FINDERS = [p.name for p in probes() if isinstance(p, LinkProbe) and p.needs]


def devices(done: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    Draft202012Validator(json.loads(schema_text())).validate(document)
    found: list[dict[str, Any]] = document["devices"]
    return found


def pairs(found: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(address, mac) for d in found for address in d["addresses"] for mac in d["macs"] if ":" not in address}


def truth(lan: Lan, *, both: bool) -> set[tuple[str, str]]:
    told = {(a, str(d.mac)) for a, d in lan.truth.items()}
    return told | {(a, str(d.also_mac)) for a, d in lan.truth.items() if both and d.also_mac}


def in_the_midst_of_it(lan: Lan, begun: int = 0) -> None:
    """Wait until it has asked for a second, of some five; `begun`: how many frames the LAN had seen before."""
    deadline = time.monotonic() + 30
    while lan.counters().frames < begun + RATE:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_as_root_every_host_is_found_with_its_mac_and_both_of_a_conflict(lan: Lan, netinv: Any) -> None:
    found = devices(netinv("scan", "--json"))
    assert {p for p in pairs(found) if p[0] != lan.address} == truth(lan, both=True)
    assert lan.address in {d["ip"] for d in found}, "the scanning host is on the network too"
    gateway = next(d for d in found if d["ip"] == lan.gateway)
    assert (gateway["category"], gateway["is_new"]) == ("router", True)
    assert gateway["because"], "no verdict without a reason"
    counters = lan.counters()
    assert (counters.forbidden_connects, counters.forbidden_bytes) == (0, 0), "printers print what they hear"
    assert counters.strays == 0, "nothing leaves for anybody who is no target"


def test_as_an_ordinary_user_every_host_is_found_with_its_mac(lan: Lan, netinv: Any) -> None:
    done = netinv("scan", "--json", **ORDINARY)
    found = {p for p in pairs(devices(done)) if p[0] != lan.address}
    assert {a for a, _ in found} == set(lan.truth)
    assert found <= truth(lan, both=True)
    assert "without root" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2, "one note, and the closing line"


def test_where_nothing_may_be_asked_the_result_is_an_error_and_not_an_empty_list(lan: Lan, netinv: Any) -> None:
    done = netinv("scan", "--json", privileged=False, ping=False, udp=False)
    assert done.returncode == 4
    assert done.stdout == ""
    assert "error: " in done.stderr
    assert "hint: " in done.stderr


def test_the_verdicts_that_are_given_are_true(lan: Lan, netinv: Any) -> None:
    for device in devices(netinv("scan", "--json")):
        true = lan.truth.get(device["ip"])
        if true and device["mac"] == true.mac and device["category"] != "unknown":
            assert device["category"] == true.category, device["because"]


def test_csv_has_the_same_rows_and_no_formulas(lan: Lan, netinv: Any) -> None:
    done = netinv("scan", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert {r["ip"] for r in rows} == lan.household.visible | {lan.address}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "\x1b" not in done.stdout


def test_a_reader_who_has_read_enough_does_not_cost_the_scan(lan: Lan, netinv: Any) -> None:
    scan = netinv.start("scan", "--jsonl", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    json.loads(scan.stdout.readline())
    scan.stdout.close()
    complaint = scan.stderr.read().decode()
    assert scan.wait(20) == 0, complaint
    assert "Traceback" not in complaint
    assert "rror" not in complaint
    scan.stderr.close()
    assert {d["ip"] for d in devices(netinv("list", "--json"))} == lan.household.visible | {lan.address}


def test_every_streamed_line_is_a_device_by_the_schema_told_again_only_where_it_has_grown(lan: Lan, netinv: Any) -> None:
    schema = json.loads(schema_text())
    one = Draft202012Validator({**schema, "$ref": "#/$defs/device", "type": "object", "required": [], "properties": {}})
    lines = [json.loads(line) for line in netinv("scan", "--jsonl").stdout.splitlines()]
    for line in lines:
        one.validate(line)
    known: dict[str, set[str]] = {}
    for line in lines:
        assert set(line["addresses"]) > known.get(line["id"], set()), "nothing is told twice"
        known[line["id"]] = set(line["addresses"])
    assert {line["ip"] for line in lines} == lan.household.visible | {lan.address}


def test_what_is_known_is_not_new_the_second_time(lan: Lan, netinv: Any) -> None:
    netinv("scan", lan.gateway)
    again = devices(netinv("scan", "--json", lan.gateway, f"{lan.gateway}0"))
    assert {d["ip"]: d["is_new"] for d in again} == {lan.gateway: False, f"{lan.gateway}0": True}


def test_nothing_is_remembered_when_told_so(lan: Lan, netinv: Any) -> None:
    assert devices(netinv("scan", "--json", "--no-save", lan.gateway))[0]["is_new"]
    assert not netinv.store.exists()


def test_the_inventory_is_private(lan: Lan, netinv: Any) -> None:
    netinv("scan", lan.gateway)
    assert stat.S_IMODE(netinv.store.stat().st_mode) == 0o600
    assert stat.S_IMODE(netinv.store.parent.stat().st_mode) == 0o700


def test_hosts_behind_the_router_are_asked_by_icmp(lan: Lan, netinv: Any) -> None:
    found = {d["ip"]: d for d in devices(netinv("scan", "--json", *lan.far))}
    assert set(found) == {a for a, d in lan.far.items() if d.ping}
    assert all(d["mac"] is None and d["rtt_ms"] > 0 for d in found.values())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_an_interrupted_scan_prints_and_keeps_what_it_found_marked_partial(lan: Lan, netinv: Any, number: int, code: int) -> None:
    scan = netinv.start("scan", "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    in_the_midst_of_it(lan)
    scan.send_signal(number)
    out, complaint = scan.communicate(timeout=20)
    assert scan.returncode == code
    assert b"Traceback" not in complaint
    document = json.loads(out)
    assert document["scan"]["is_partial"]
    assert document["devices"]
    assert devices(netinv("list", "--json"))


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["8.8.8.8"], "--public", 2),
        (["10.0.0.0/16"], "--large", 2),
        (["10.0.0.0/8", "--large"], "--huge", 2),
        (["nonsense!"], "hint: ", 2),
        (["-i", "nosuch0"], "nosuch0", 1),
        (["--probe", "nosuch"], "probes: ", 2),
        (["--json", "--csv"], "different formats", 2),
        (["--rate", "0"], "--rate", 2),
        (["--rate", "nan"], "positive", 2),
        (["--probe", "tcp", *(word for name in FINDERS for word in ("--skip", name))], "find nobody", 2),
        (["-o", "/nosuch/place.json"], "/nosuch", 1),
        (["--format", "nosuch"], "table", 2),
    ],
)
def test_what_cannot_be_done_is_said_with_a_hint_before_anything_is_sent(
    lan: Lan, netinv: Any, words: list[str], said: str, code: int
) -> None:
    done = netinv("scan", *words)
    assert done.returncode == code
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert said in done.stderr
    assert lan.counters().frames == 0


def test_a_store_that_cannot_be_used_does_not_cost_the_result(lan: Lan, netinv: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_text("this is no database, and has been something else for a long time" * 20)
    done = netinv("scan", "--json", "--store", str(broken), lan.gateway)
    assert done.returncode == 5
    assert json.loads(done.stdout)["devices"][0]["ip"] == lan.gateway
    assert "not saved" in done.stderr
    assert broken.read_text().startswith("this is no database")


def test_who_has_gone_is_not_reported_from_the_kernels_memory(crowd: Any, netinv: Any) -> None:
    lan = crowd(hosts=5)
    words = ("scan", "--json", "--skip", "tcp", "--skip", "dns", *lan.truth)
    assert {d["ip"] for d in devices(netinv(*words, **ORDINARY))} == set(lan.truth)
    os.kill(lan.pid, signal.SIGSTOP)  # all of them fall silent; the kernel goes on calling them reachable for half a minute
    try:
        done = netinv(*words, **ORDINARY)
    finally:
        os.kill(lan.pid, signal.SIGCONT)
    assert json.loads(done.stdout)["devices"] == []
    assert "gave no sign of life" in done.stderr


def test_without_root_old_entries_of_the_kernel_hide_nobody_even_where_an_address_changed_hands(crowd: Any, netinv: Any) -> None:
    from pyroute2 import IPRoute

    lan = crowd(hosts=6)
    moved, *others = [address for address in lan.truth if address != lan.gateway]
    with IPRoute() as rtnetlink:
        index = rtnetlink.link_lookup(ifname=lan.interface)[0]
        for address in others:
            rtnetlink.neigh("replace", dst=address, lladdr=str(lan.truth[address].mac), ifindex=index, state="stale")
        rtnetlink.neigh("replace", dst=moved, lladdr="02:00:00:00:00:95", ifindex=index, state="stale")
    found = devices(netinv("scan", "--json", "--presence", "--probe", "neighbours", **ORDINARY))
    assert pairs(found) >= {(address, str(lan.truth[address].mac)) for address in lan.truth}


def test_an_interface_that_goes_down_makes_the_result_partial(lan: Lan, netinv: Any) -> None:
    from pyroute2 import IPRoute

    for options in ({}, ORDINARY):
        begun = lan.counters().frames
        scan = netinv.start("scan", "--json", "--no-save", stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        in_the_midst_of_it(lan, begun)
        with IPRoute() as rtnetlink:
            index = rtnetlink.link_lookup(ifname=lan.interface)[0]
            rtnetlink.link("set", index=index, state="down")
            out, notes = scan.communicate(timeout=20)
            rtnetlink.link("set", index=index, state="up")
            rtnetlink.route("add", dst="default", gateway=lan.gateway)
        assert scan.returncode == 3, notes
        document = json.loads(out)
        assert document["scan"]["is_partial"]
        assert document["devices"], "what was found before is kept"


@pytest.mark.quiet
@pytest.mark.parametrize("dns", ["silent", "refuses"])
def test_a_resolver_that_is_silent_or_refuses_does_not_slow_the_scan(crowd: Any, netinv: Any, dns: str) -> None:
    crowd(hosts=20, dns=dns)

    def seconds(*words: str) -> float:
        begin = time.monotonic()
        done = netinv("scan", "--no-save", "--csv", *words)
        assert len(done.stdout.splitlines()) == 22, "a heading, twenty hosts, and this one"
        return time.monotonic() - begin

    assert seconds() < seconds("--skip", "dns") + 1.2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has root to give up")
def test_root_is_given_up_before_the_first_reply_is_read(lan: Lan, netinv: Any) -> None:
    scan = netinv.start("scan", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    in_the_midst_of_it(lan)
    children = Path(f"/proc/{scan.pid}/task/{scan.pid}/children").read_text().split()
    assert len(children) == 1
    status = Path(f"/proc/{children[0]}/status").read_text()
    scan.terminate()
    scan.wait(20)
    uids = next(line.split()[1:] for line in status.splitlines() if line.startswith("Uid:"))
    if "4294967295" in Path("/proc/self/uid_map").read_text():  # elsewhere root is nobody outside its namespace already
        assert set(uids) == {"65534"}
    assert "CapEff:\t0000000000000000" in status
