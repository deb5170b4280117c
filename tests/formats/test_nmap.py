"""The XML of nmap: valid by nmap's own definition, and read by what reads nmap's."""

import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from libnmap.parser import NmapParser  # type: ignore[import-untyped]

from netinv.formats import Report
from netinv.model import MAC, Evidence, Name
from tests.formats.reports import NOON, device, household, reports
from tests.formats.written import attackers, attacking, program, written

_DTD = next((path for path in map(Path, ("/usr/share/nmap/nmap.dtd", "/usr/local/share/nmap/nmap.dtd")) if path.exists()), None)


def test_libnmap_reads_a_device() -> None:
    facts = [Evidence("192.168.178.10", f"tcp.{port}", state, "tcp", NOON) for port, state in ((22, "open"), (80, "closed"))]
    one = device(10, macs=(MAC("02:00:00:00:00:0a"),), names=(Name("box.lan", "dns.ptr"),), evidence=tuple(facts))
    found = NmapParser.parse_fromstring(written("nmap", Report([one])))
    (host,) = found.hosts
    assert (host.address, host.mac, host.vendor, host.hostnames) == ("192.168.178.10", "02:00:00:00:00:0A", "Acme", ["box.lan"])
    assert host.status == "up"
    assert host.get_open_ports() == [(22, "tcp")]
    assert host.get_ports() == [(22, "tcp"), (80, "tcp")]
    (match,) = host.os_match_probabilities()
    assert (match.name, match.accuracy) == ("Acme Linux (server)", 90)
    assert [script["output"] for script in host.scripts_results] == ["somebody said so"]
    assert found.endtime == int(NOON.timestamp())


def test_libnmap_reads_a_household() -> None:
    found = NmapParser.parse_fromstring(written("nmap", household()))
    assert (found.hosts_up, found.hosts_down, found.hosts_total) == (20, 234, 254)
    assert {host.address for host in found.hosts} == {device.ip for device in household().devices}


@given(reports | attacking)
def test_whatever_devices_say_it_is_xml_of_a_known_shape(report: Report) -> None:
    root = ElementTree.fromstring(written("nmap", report))
    assert {element.tag for element in root.iter()} <= {
        "nmaprun", "verbose", "debugging", "host", "status", "address", "hostnames", "hostname", "ports", "port", "state", "os",
        "osmatch", "osclass", "hostscript", "script", "times", "runstats", "finished", "hosts",
    }  # fmt: skip
    assert len(root.findall("host")) == sum(bool(one.addresses or one.macs) for one in report.devices)


@pytest.mark.skipif(_DTD is None, reason="nmap, and with it nmap.dtd, is not installed")
@pytest.mark.parametrize("report", [household(), attackers(), Report(())], ids=["household", "attackers", "nobody"])
def test_it_is_valid_by_nmaps_definition(report: Report) -> None:
    done = subprocess.run(
        [program("xmllint"), "--noout", "--nonet", "--dtdvalid", str(_DTD), "-"],
        input=written("nmap", report).encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()


def test_attackers_are_read_as_what_they_said() -> None:
    report = attackers()
    found = NmapParser.parse_fromstring(written("nmap", report))
    names = {host.address: host.hostnames for host in found.hosts}
    for one in report.devices:
        assert one.name in names[one.ip]
