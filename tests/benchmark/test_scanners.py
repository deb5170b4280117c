"""How the output of each scanner is read."""

import json

import pytest

from tests.benchmark.cases import CASES
from tests.benchmark.scanners import SCANNERS, read_addresses, read_lines, read_netinv, read_nmap

A, B, C = "00:14:22:d5:ef:32", "3c:37:12:d5:ef:32", "78:8a:20:d5:ef:65"
WANTED = {("10.9.0.1", C), ("10.9.0.86", A), ("10.9.0.86", B)}

ARP_SCAN = f"""\
Interface: lan0, type: EN10MB, MAC: 54:e1:ad:5c:00:fa, IPv4: 10.9.0.250
Starting arp-scan 1.10.0 with 256 hosts (https://github.com/royhills/arp-scan)
10.9.0.1\t{C}\tUbiquiti Networks Inc.
10.9.0.86\t{A}\tDell Inc.
10.9.0.86\t{B}\tAVM Audiovisuelles Marketing und Computersysteme GmbH (DUP: 2)

3 packets received by filter, 0 packets dropped by kernel
Ending arp-scan 1.10.0: 256 hosts scanned in 1.919 seconds (133.40 hosts/sec). 2 responded
"""
NETDISCOVER = f"""\
 10.9.0.1        {C}      1      60  Ubiquiti Inc
 10.9.0.86       {A}      1      60  Dell Inc.
 10.9.0.86       {B}      1      60  AVM Audiovisuelles Marketing und Computersysteme GmbH

-- Active scan completed, 3 Hosts found.
"""
MASSCAN = f"""\
Discovered up port 0/arp on 10.9.0.86 ({A})                     \r
Discovered up port 0/arp on 10.9.0.86 ({B})
Discovered up port 0/arp on 10.9.0.1 ({C})
"""
NMAP = """\
Starting Nmap 7.93 ( https://nmap.org ) at 2026-11-23 15:04 UTC
Nmap scan report for 10.9.0.1
Host is up (0.00066s latency).
MAC Address: 78:8A:20:D5:EF:65 (Ubiquiti Networks)
Nmap scan report for cad.lan (10.9.0.86)
Host is up (0.00055s latency).
MAC Address: 3C:37:12:D5:EF:32 (AVM Audiovisuelles Marketing und Computersysteme GmbH)
Nmap scan report for 10.9.0.250
Host is up.
Nmap done: 256 IP addresses (3 hosts up) scanned in 1.76 seconds
"""


@pytest.mark.parametrize("output", [ARP_SCAN, NETDISCOVER, MASSCAN], ids=["arp-scan", "netdiscover", "masscan"])
def test_lines_of_an_address_and_a_mac_are_read_and_nothing_else(output: str) -> None:
    assert read_lines(output) == WANTED


def test_nmap_tells_an_address_and_perhaps_below_it_a_mac() -> None:
    assert read_nmap(NMAP) == {("10.9.0.1", C), ("10.9.0.86", B), ("10.9.0.250", None)}


def test_fping_tells_addresses_alone() -> None:
    assert read_addresses("10.9.0.1\n10.9.0.86\nICMP Host Unreachable from 10.9.0.6 for ICMP Echo sent to 10.9.0.3\n") == {
        ("10.9.0.1", None), ("10.9.0.86", None),
    }  # fmt: skip


def test_both_devices_of_a_conflict_and_those_without_a_mac_are_read_from_the_json_of_netinv() -> None:
    devices = [
        {"addresses": ["10.9.0.1", "fe80::1"], "macs": [C]},
        {"addresses": ["10.9.0.86"], "macs": [A]},
        {"addresses": ["10.9.0.86"], "macs": [B]},
        {"addresses": ["10.88.0.1"], "macs": []},
    ]
    assert read_netinv(json.dumps({"devices": devices})) == WANTED | {("10.88.0.1", None)}
    assert read_netinv('{"devices": [') == frozenset()


def test_every_case_names_scanners_there_are_and_one_to_compare_with() -> None:
    for case in CASES.values():
        assert set(case.scanners) <= SCANNERS.keys()
        assert case.reference in case.scanners
