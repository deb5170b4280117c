"""`netinv list` and `netinv show`, as a user meets them."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netinv.cli.app import run
from netinv.inventory.devices import derive
from netinv.inventory.store import open_inventory
from netinv.model import Scan
from tests.classification.heard import NOON, heard
from tests.conftest import Netinv


def test_a_device_is_shown_with_verdict_reasons_and_evidence(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "vault", "--store", str(store)]) == 0
    page = capsys.readouterr().out
    assert page.startswith("vault (10.0.0.5)\n  kind        nas, 89% sure\n  because     ")
    ports = [line.split()[1] for line in page.splitlines() if "tcp." in line]
    assert ports == ["tcp.22", "tcp.80", "tcp.443", "tcp.445", "tcp.5000"]


def test_no_column_of_a_page_runs_into_the_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    far = "2001:db8:1:2:1c4e:92ab:7d30:f516"
    facts = heard(("mac", "f8:bc:12:01:02:03"), ("ipv6.iid", "random"), ("upnp.device-type-of-this", "x"), address=far)
    with open_inventory(tmp_path / "far.db") as inventory:
        inventory.record(Scan("s1", NOON, NOON, (), far, 1, (derive(facts, now=NOON),)))
    assert run(["show", far, "--store", str(tmp_path / "far.db")]) == 0
    page = capsys.readouterr().out
    assert f"    {far}  ipv6.iid          random  [" in page
    assert f"    {far}  upnp.device-type-of-this  x  [" in page


def test_a_category_without_a_kind_is_said_the_same_everywhere(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = {}
    for words in (["show", "10.0.0.6"], ["explain", "10.0.0.6"], ["list"]):
        assert run([*words, "--store", str(store)]) == 0
        said[words[0]] = " ".join(capsys.readouterr().out.split())
    assert "kind a computer of some kind, 83% sure" in said["show"]
    assert "83% sure that this is a computer of some kind" in said["explain"]
    assert "10.0.0.6 computer? 83% Dell" in said["list"]


def test_a_page_keeps_to_the_terminal(store: Path, netinv: Netinv, tmp_path: Path) -> None:
    master, slave = os.openpty()
    environ = {"COLUMNS": "40", "NETINV_STORE": str(store)}
    assert netinv("show", "vault", env=environ, stdout=slave).returncode == 0
    os.close(slave)
    page = os.read(master, 65536).decode().splitlines()
    os.close(master)
    assert len(page) > 20
    assert max(map(len, page)) <= 40


def test_json_is_what_the_schema_promises(store: Path, promised: Callable[[str, str], Any], capsys: Any) -> None:
    for words, count in ((["list", "--json"], 2), (["show", "vault", "--json"], 1)):
        assert run([*words, "--store", str(store)]) == 0
        found = promised("report", capsys.readouterr().out)["devices"]
        assert len(found) == count
        keys = [fact["key"] for fact in found[0]["evidence"] if fact["key"].startswith("tcp.")]
        assert keys == sorted(keys, key=lambda key: int(key[4:]))


def test_an_inventory_can_be_named_by_url(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--store", f"sqlite://{store}"]) == 0
    assert "vault" in capsys.readouterr().out


def test_an_inventory_that_may_not_be_read_is_the_stores_own_error(store: Path, netinv: Netinv) -> None:
    store.chmod(0)
    for words in (["list"], ["show", "vault"], ["export", "-"], ["doctor"]):
        done = netinv(*words, env={"NETINV_STORE": str(store)}, privileged=False)
        if stat.S_IMODE(store.stat().st_mode) == 0 and done.returncode == 0:
            pytest.fail(f"{words} read what it may not")
        assert done.returncode in ((1, 4, 5) if words == ["doctor"] else (5,)), done.stderr
        assert "Usage" not in done.stderr
        assert "Traceback" not in done.stderr
