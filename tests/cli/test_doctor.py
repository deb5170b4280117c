"""`netinv doctor`: it promises a scan where there would be one, and nowhere else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netinv.cli.app import run
from netinv.lab import Lan
from tests.conftest import Netinv

LAN = Callable[..., Lan]


def test_where_a_scan_works_it_says_what_would_be_asked(lan: Lan, netinv: Netinv) -> None:
    done = netinv("doctor")
    assert done.returncode == 0, done.stdout
    assert f"ok    interface   {lan.interface}, {lan.address}: the default route leaves through it" in done.stdout
    assert f"ok    targets     254 addresses if none are named: {lan.network}" in done.stdout
    assert done.stdout.endswith("a scan would work here\n")


@pytest.mark.parametrize(("network", "option"), [("10.64.0.0/16", "--large"), ("8.8.8.0/24", "--public")])
def test_where_a_scan_refuses_the_network_so_does_the_doctor(network: str, option: str, crowd: LAN, netinv: Netinv) -> None:
    crowd(hosts=3, network=network)
    done, scan = netinv("doctor"), netinv("scan")
    assert (done.returncode, scan.returncode) == (2, 2), done.stdout
    assert "FAIL  targets" in done.stdout
    hint = scan.stderr.splitlines()[-1]
    assert option in hint
    assert hint in done.stdout
    assert done.stdout.endswith("a scan would not work here: see FAIL above\n")


def test_without_root_each_probe_is_told_of_once(lan: Lan, netinv: Netinv) -> None:
    done = netinv("doctor", privileged=False)
    assert done.returncode == 0, done.stdout
    assert [line for line in done.stdout.splitlines() if line[6:].startswith("arp ")] == [
        line for line in done.stdout.splitlines() if line.startswith("note  arp ")
    ]
    assert done.stdout.count("  arp  ") == 1


def test_one_of_a_kind_is_singular(lan: Lan, netinv: Netinv) -> None:
    netinv("scan", "10.77.0.1", "--probe", "arp")
    assert "1 device, 1 scan, undamaged" in netinv("doctor").stdout


def test_json_is_what_the_schema_promises(lan: Lan, netinv: Netinv, promised: Callable[[str, str], Any]) -> None:
    document = promised("doctor", netinv("doctor", "--json").stdout)
    assert document["works"] is True
    assert {finding["outcome"] for finding in document["findings"]} <= {"ok", "note"}


def test_an_inventory_in_a_directory_of_somebody_else_is_a_failure_with_a_hint(netinv: Netinv, tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(0)
    done = netinv("doctor", "--store", str(private / "deeper" / "inventory.db"), privileged=False)
    private.chmod(0o700)
    assert done.stderr == ""
    assert "FAIL  inventory" in done.stdout
    assert done.stdout.splitlines()[-2].strip().startswith("hint: ")


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "~nobody-of-that-name/i.db", "postgresql://127.0.0.1:1/netinv"])
def test_no_inventory_is_strange_enough_to_crash_it(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--store", name]) != 0
    assert "FAIL  inventory" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["{}/new/i.db", "sqlite://{}/new/i.db"])
def test_an_inventory_still_to_be_made_is_no_failure(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor", "--store", name.format(tmp_path)])
    assert f"ok    inventory   none yet; a scan makes it at {tmp_path}/new/i.db" in capsys.readouterr().out


def test_no_interface_is_a_failure_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "-i", "nosuch0"]) == 1
    assert "FAIL  interface   there is no interface 'nosuch0'" in capsys.readouterr().out
