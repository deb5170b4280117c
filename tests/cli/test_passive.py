"""`netinv scan --passive` and `--listen` on the virtual LAN, whose devices talk by themselves, and what leaves meanwhile."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from netinv.lab import Lan, chatter
from tests.net.capturing import datagram
from tests.probes import test_synology
from tests.wiretap import Wiretap, ears, until_it_listens

pytestmark = pytest.mark.slow

STRANGER = "02:0b:ad:00:00:99"


def while_it_talks(lan: Lan, process: "subprocess.Popen[str]", frames: Sequence[bytes], seconds: float = 30) -> dict[str, Any]:
    """The document of a scan that runs while these frames pass by again and again."""
    deadline = time.monotonic() + seconds
    with ThreadPoolExecutor(1) as reading:  # a document is longer than a pipe holds
        told = reading.submit(process.communicate, timeout=seconds + 10)
        while not told.done() and time.monotonic() < deadline:
            lan.say(frames)
            time.sleep(0.25)
        out, err = told.result()
    assert process.returncode == 0, err
    document: dict[str, Any] = json.loads(out)
    return document


def start(netinv: Any, *words: str, **options: Any) -> "subprocess.Popen[str]":
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "encoding": "utf-8"}
    process: subprocess.Popen[str] = netinv.start("scan", "--json", *words, **pipes, **options)
    return process


def facts(document: dict[str, Any], address: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for device in document["devices"]:
        for e in device["evidence"]:
            if e["address"] == address:
                found.setdefault(e["key"], []).append(e["value"])
    return found


def test_a_passive_scan_sees_the_household_and_sends_not_one_frame(lan: Lan, netinv: Any) -> None:
    with Wiretap(lan.interface) as wire:
        document = while_it_talks(lan, start(netinv, "--passive", "--listen", "3"), list(chatter.chatter(lan.household)))
        assert wire.sent() == []
    assert {d["ip"] for d in document["devices"]} == set(lan.truth) | {lan.address}
    heard = {(d["ip"], d["macs"][0]) for d in document["devices"] if d["ip"] != lan.address}
    assert heard == {(a, str(d.mac)) for a, d in lan.truth.items()}
    assert document["scan"]["method"] == "listen"
    assert document["scan"]["traffic"]["frames"] == 0
    assert facts(document, "10.77.0.40")["dhcp.vendor-class"] == ["android-dhcp-14"]
    assert facts(document, "10.77.0.20")["mdns.service"] == ["_ipp._tcp"]
    assert facts(document, "10.77.0.30")["netbios.name"] == ["DESKTOP-7QK2M1V"]


def test_what_a_disk_station_answers_everybody_is_heard(lan: Lan, netinv: Any) -> None:
    answer = b"\xff" * 6 + bytes.fromhex(str(lan.truth["10.77.0.10"].mac).replace(":", "")) + b"\x08\x00"
    answer += datagram("10.77.0.10", 9999, "255.255.255.255", 9999, test_synology.ANSWER)
    document = while_it_talks(lan, start(netinv, "--passive", "--listen", "2"), [answer])
    assert facts(document, "10.77.0.10")["synology.serial"] == ["2040PDN123456"]
    (station,) = (d for d in document["devices"] if d["ip"] == "10.77.0.10")
    assert (station["kind"], station["model"], station["serial"], station["name"]) == ("nas", "DS918+", "2040PDN123456", "attic")


def test_what_passes_by_adds_to_what_is_asked_and_costs_no_time(lan: Lan, netinv: Any) -> None:
    phone, cad = str(lan.truth["10.77.0.41"].mac), str(lan.truth["10.77.0.34"].mac)
    frames = [
        chatter.asks_for_address(phone, "10.77.0.41", name="Pixel-8", system="android-dhcp-14", options=[1, 3, 6]),
        chatter.introduces_itself(cad, "cad", "eth0", describes="Debian GNU/Linux 12"),
    ]
    document = while_it_talks(lan, start(netinv), frames)
    assert facts(document, "10.77.0.41")["dhcp.hostname"] == ["Pixel-8"]
    assert facts(document, "10.77.0.34")["lldp.system-description"] == ["Debian GNU/Linux 12"]
    assert "arp" in document["scan"]["method"]
    assert "listen" not in document["scan"]["method"], "whom it hears it would have asked"
    assert {d["ip"] for d in document["devices"]} >= set(lan.truth)


def test_what_is_wrong_with_the_network_is_found_by_listening(lan: Lan, netinv: Any) -> None:
    router = str(lan.truth[lan.gateway].mac)
    phone = str(lan.truth["10.77.0.41"].mac)
    frames = [
        chatter.gives_address(router, lan.gateway, "10.77.0.41", phone),
        chatter.gives_address(STRANGER, "10.77.0.66", "10.77.0.41", phone, kind="offer"),
        chatter.advertises_route(router, "fe80::1", "fd00::"),
        chatter.advertises_route(STRANGER, "fe80::66", "fd66::"),
        chatter.looks_for(STRANGER, "192.168.7.9", "192.168.7.1"),
    ]
    document = while_it_talks(lan, start(netinv, "--passive", "--listen", "1.5"), frames)
    kinds = {f["kind"]: f for f in document["scan"]["findings"]}
    assert set(kinds) == {"second_dhcp_server", "second_router_advertiser", "off_subnet_sender"}
    assert STRANGER in kinds["second_dhcp_server"]["macs"]


def test_ctrl_c_ends_the_listening_and_keeps_what_was_heard(lan: Lan, netinv: Any) -> None:
    before = ears()
    process = start(netinv, "--passive")
    until_it_listens(before)
    begin = time.monotonic()
    while time.monotonic() - begin < 2.5:
        lan.say(chatter.chatter(lan.household))
        time.sleep(0.25)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=10)
    assert process.returncode == 130
    document = json.loads(out)
    assert document["scan"]["is_partial"]
    assert {d["ip"] for d in document["devices"]} == set(lan.truth) | {lan.address}


def test_without_root_a_passive_scan_says_what_it_needs(lan: Lan, netinv: Any) -> None:
    done = netinv("scan", "--passive", privileged=False)
    assert done.returncode == 4
    assert "cannot listen at lan0" in done.stderr
    assert "sudo" in done.stderr


def test_without_root_announcements_are_heard_and_the_rest_is_said_to_be_missing(lan: Lan, netinv: Any) -> None:
    printer = lan.truth["10.77.0.20"]
    frames = [
        chatter.announces_service(str(printer.mac), printer.address, "NPI8A3F2C", "Laser", "_ipp._tcp", "ty=HP LaserJet", 631),
        chatter.notifies(str(printer.mac), printer.address, server="HP UPnP/1.0", location="http://10.77.0.20/"),
    ]
    process = start(netinv, printer.address, "--listen", "1.5", privileged=False)
    document = while_it_talks(lan, process, frames)
    assert "_ipp._tcp ty=HP LaserJet" in facts(document, printer.address)["mdns.txt"]
    assert facts(document, printer.address)["ssdp.server"] == ["HP UPnP/1.0"]
    (problem,) = [p for p in document["scan"]["problems"] if p["source"] == "listen"]
    assert "only mDNS and SSDP are heard" in problem["message"]


def test_a_passive_scan_asks_no_resolver(lan: Lan, netinv: Any) -> None:
    with Wiretap(lan.interface) as wire:
        done = netinv("scan", "--passive", "router.lan")
        assert wire.sent() == []
    assert done.returncode == 2
    assert "a passive scan asks no resolver" in done.stderr


def test_a_device_streamed_before_it_gave_its_name_is_told_of_again(lan: Lan, netinv: Any) -> None:
    phone = lan.truth["10.77.0.40"]
    shows = chatter.looks_for(str(phone.mac), phone.address, lan.gateway)
    joins = chatter.asks_for_address(str(phone.mac), phone.address, name="Annas-Phone", system="x", options=[1])
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "encoding": "utf-8"}
    process = netinv.start("scan", "--jsonl", "--passive", "--listen", "3", **pipes)
    told: list[str | None] = []
    with process:
        says = [shows]
        ended = threading.Event()
        talk = threading.Thread(target=lambda: [lan.say(says) for _ in range(200) if not ended.wait(0.1)])
        talk.start()
        for line in process.stdout:
            device = json.loads(line)
            if device["ip"] == phone.address:
                told.append(device["name"])
                says[:] = [joins]  # only now
        ended.set()
        talk.join()
    assert told == [None, "Annas-Phone"]
