"""`netinv map`, as a user meets it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from netinv.cli.app import run
from netinv.cli.map import _cells
from netinv.inventory.devices import derive
from netinv.inventory.store import open_inventory
from netinv.model import Scan
from tests.classification.heard import NOON, heard

_ROUTER = heard(
    ("mac", "3c:a6:2f:10:22:01"), ("route.gateway", "eth0"), ("dns.ptr", "fritz.box"), ("tcp.53", "open"), address="10.0.0.1"
)
_CAMERA = heard(("mac", "44:19:b6:5d:e2:17"), ("tcp.554", "open"), address="10.0.0.70")
_HOSTILE = heard(("mac", "b8:27:eb:5d:11:aa"), ("dns.ptr", "\x1b[31m[red]└─ fake"), address="10.0.0.80")


@pytest.fixture
def home(tmp_path: Path) -> str:
    path = tmp_path / "home.db"
    with open_inventory(path) as inventory:
        for number, seen in enumerate(((_ROUTER, _CAMERA), (_ROUTER, _HOSTILE))):
            devices = tuple(derive(evidence, now=NOON) for evidence in seen)
            inventory.record(
                Scan(
                    id=f"s{number}", started=NOON, finished=NOON, interfaces=(), targets="10.0.0.0/24", asked=254, devices=devices
                )
            )  # fmt: skip
    return str(path)


def test_the_network_is_a_tree_from_the_internet_to_the_devices(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["map", "--store", home]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Internet"
    assert lines[1].startswith("└─ 10.0.0.1  fritz")
    assert lines[1].endswith("  AVM  gateway")
    assert "camera (1)" in "".join(lines)
    assert any(line.endswith("└─ 10.0.0.70  Hikvision") for line in lines)
    assert lines[-1].startswith("3 devices: 1 router")


def test_the_last_scan_alone_can_be_drawn(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["map", "--last", "--store", home]) == 0
    out = capsys.readouterr().out
    assert "10.0.0.80" in out
    assert "10.0.0.70" not in out


def test_the_filters_of_the_list_draw_a_part_of_it_at_its_gateway(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["map", "--kind", "camera", "--store", home]) == 0
    out = capsys.readouterr().out
    assert "└─ 10.0.0.1  fritz" in out
    assert "10.0.0.70" in out
    assert "10.0.0.80" not in out
    assert run(["map", "--kind", "nas", "--store", home]) == 0
    assert "10.0.0.1" not in capsys.readouterr().out  # a gateway of nobody


def test_a_name_draws_nothing_of_its_own(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["map", "--store", home]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert sum(line.lstrip(" │├").startswith("└─ fake") for line in out.splitlines()) == 0


def test_lines_are_cut_to_the_terminal(home: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(["map", "--store", home]) == 0
    coloured = capsys.readouterr().out
    assert "\x1b[1mfritz" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(["map", "--store", home]) == 0
    plain = capsys.readouterr().out
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    lines = plain.splitlines()
    assert max(map(len, lines)) == 24
    assert any(line.endswith("…") for line in lines)


def test_what_is_called_by_its_model_is_called_so_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = heard(("mac", "da:a1:19:00:00:03"), ("dns.ptr", "Pixel-8.lan"), ("dhcp.hostname", "Pixel-8"), address="10.0.0.30")
    phone = derive(facts, now=NOON)
    phone = replace(phone, name="Pixel-8", verdict=replace(phone.verdict, model="Pixel-8"))
    assert _cells(phone) == ("10.0.0.30", "Pixel-8", "")
    assert _cells(replace(phone, name="Anna"))[1:] == ("Anna", "Pixel-8")


def test_an_empty_inventory_has_no_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_inventory(tmp_path / "new.db"):
        pass
    assert run(["map", "--store", str(tmp_path / "new.db")]) == 0
    assert capsys.readouterr().out == "no devices\n"
