"""The client configuration for OpenSSH, which ssh itself reads."""

import re
import subprocess
from pathlib import Path

from hypothesis import given

from netinv.formats import Report
from netinv.model import Device, Evidence
from tests.formats.reports import NOON, device, reports
from tests.formats.written import attackers, attacking, program, written

_FORM = re.compile(r"|#.*|Host [a-z0-9][a-z0-9-]*( [a-z0-9][a-z0-9-]*)*|    HostName [0-9a-f:.]+")


def _server(host: int = 10, **changes: object) -> Device:
    facts = (Evidence(f"192.168.178.{host}", "tcp.22", "open", "tcp", NOON),)
    return device(host, **{"evidence": facts, **changes})


def test_an_ssh_server_is_reached_by_its_name() -> None:
    text = written("ssh_config", Report([_server(name="Pi Hole", names=()), device(11, name="tv", names=())]))
    assert "\nHost pi-hole\n    HostName 192.168.178.10\n" in text
    assert "tv" not in text


@given(reports | attacking)
def test_whatever_devices_say_there_are_but_hosts_and_addresses(report: Report) -> None:
    assert all(map(_FORM.fullmatch, written("ssh_config", report).splitlines()))


def test_ssh_takes_it_and_goes_where_it_says(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(written("ssh_config", Report([*attackers().devices, _server(250, name="homeserver", names=())])), "utf-8")
    for name, address in (("homeserver", "192.168.178.250"), ("localhost", "localhost"), ("bank.example", "bank.example")):
        done = subprocess.run([program("ssh"), "-G", "-F", path, name], capture_output=True, text=True, check=True, timeout=20)
        said = dict(line.partition(" ")[::2] for line in done.stdout.splitlines())
        assert said["hostname"] == address
        assert said.get("proxycommand", "none") == "none"
