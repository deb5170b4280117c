"""The configuration for dnsmasq, which dnsmasq itself reads."""

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given

from netinv.formats import Report
from netinv.model import MAC, Evidence
from tests.formats.reports import NOON, device, household, reports
from tests.formats.written import attackers, attacking, program, written


def _lines(report: Report) -> list[str]:
    return [line for line in written("dnsmasq", report).splitlines() if line and not line.startswith("#")]


def test_a_device_keeps_its_address_and_has_its_name() -> None:
    one = device(10, name="nas", addresses=("192.168.178.10", "2001:db8::10"))
    assert _lines(Report([one])) == [
        "dhcp-host=02:00:00:00:00:0a,192.168.178.10,nas",
        "host-record=nas,box,192.168.178.10,2001:db8::10",
    ]


def test_who_told_no_name_keeps_its_address_all_the_same() -> None:
    assert _lines(Report([device(10, name=None, names=())])) == ["dhcp-host=02:00:00:00:00:0a,192.168.178.10"]


def test_all_mac_addresses_of_a_device_get_its_address() -> None:
    one = device(10, names=(), name="nas", macs=(MAC("02:00:00:00:00:0a"), MAC("02:00:00:00:00:0b")))
    assert _lines(Report([one]))[0] == "dhcp-host=02:00:00:00:00:0a,02:00:00:00:00:0b,192.168.178.10,nas"


def test_the_gateway_is_promised_no_address() -> None:
    fact = Evidence("192.168.178.10", "route.gateway", "eth0", "local", NOON)
    assert _lines(Report([device(10, name="fritz", names=(), evidence=(fact,))])) == ["host-record=fritz,192.168.178.10"]


def test_an_address_two_devices_claim_is_promised_once() -> None:
    first, second = device(10, name="a"), device(11, name="b", addresses=("192.168.178.10",))
    assert sum(line.startswith("dhcp-host=") for line in _lines(Report([first, second]))) == 1


@given(reports | attacking)
def test_whatever_devices_say_a_line_is_one_of_two_forms(report: Report) -> None:
    mac, quad, host = r"([0-9a-f]{2}:){5}[0-9a-f]{2}", r"(\d+\.){3}\d+", r"[a-z0-9][a-z0-9-]{0,62}"
    form = re.compile(rf"dhcp-host=({mac},)+{quad}(,{host})?|host-record={host}(,{host})*(,{quad})?(,[0-9a-f:.]+)?")
    assert all(form.fullmatch(line) for line in _lines(report))


@pytest.mark.parametrize("report", [household(), attackers(), Report(())], ids=["household", "attackers", "nobody"])
def test_dnsmasq_takes_it(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "lan.conf"
    path.write_text(written("dnsmasq", report), "utf-8")
    done = subprocess.run([program("dnsmasq"), "--test", f"--conf-file={path}"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "dnsmasq: syntax check OK.")
