"""`netinv export`, as a user meets it."""

import zipfile
from datetime import timedelta
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from netinv.cli.app import run
from netinv.cli.presence import looks
from netinv.inventory.devices import derive
from netinv.inventory.store import open_inventory
from netinv.model import Interface, Scan
from tests.classification.heard import NOON, heard

_LAN = Interface("eth0", None, (IPv4Interface("10.0.0.9/24"),))


def test_a_file_has_the_format_of_its_suffix(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", str(tmp_path / "a.jsonl"), "--store", str(store)]) == 0
    assert (tmp_path / "a.jsonl").read_text("utf-8").count("\n") == 2
    assert capsys.readouterr().err == f"2 devices written to {tmp_path / 'a.jsonl'}\n"


@pytest.mark.parametrize(
    ("words", "beginning"),
    [
        ([], b"ip,mac,"),
        (["--excel"], b"\xef\xbb\xbfip,mac,"),
        (["-f", "json"], b'{\n  "schema"'),
        (["-f", "table"], b"    ADDRESS"),
    ],
)
def test_standard_output_gets_csv_unless_told_otherwise(
    words: list[str], beginning: bytes, store: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["export", "-", *words, "--store", str(store)]) == 0
    assert capsysbinary.readouterr().out.startswith(beginning)


@pytest.mark.parametrize(("name", "beginning"), [("csv", b"ip,mac,"), ("json", b'{\n  "schema"'), ("hosts", b"#")])
def test_the_name_of_a_format_in_place_of_a_file_writes_it_to_standard_output(
    name: str,
    beginning: bytes,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert run(["export", name, "--store", str(store)]) == 0
    assert capsysbinary.readouterr().out.startswith(beginning)
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_named_like_a_format_is_written_where_the_format_is_said(
    store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["export", "csv", "--format", "json", "--store", str(store)]) == 0
    assert (tmp_path / "csv").read_bytes().startswith(b'{\n  "schema"')


def test_who_has_no_place_in_a_format_is_counted_apart(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    camera = heard(("mac", "44:19:b6:5d:e2:17"), ("tcp.554", "open"), address="10.0.0.70")
    with open_inventory(store) as inventory:
        inventory.record(Scan("s2", NOON, NOON, (), "10.0.0.70", 1, (derive(camera, now=NOON),)))
    assert run(["export", str(tmp_path / "lan.ssh_config"), "--store", str(store)]) == 0
    assert capsys.readouterr().err.endswith("lan.ssh_config; 1 other left out, which ssh_config has no place for\n")
    assert "10.0.0.70" not in (tmp_path / "lan.ssh_config").read_text("utf-8")


def test_an_archive_is_written_to_a_file_or_a_pipe_but_to_no_terminal(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["export", str(tmp_path / "lan.netbox.zip"), "--store", str(store)]) == 0
    assert zipfile.is_zipfile(tmp_path / "lan.netbox.zip")
    assert run(["list", "--format", "netbox", "--store", str(store)]) == 0
    assert capsysbinary.readouterr().out == (tmp_path / "lan.netbox.zip").read_bytes()
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(["list", "--format", "netbox", "--store", str(store)]) == 2
    assert b"netbox is not for terminals" in capsysbinary.readouterr().err


def test_the_page_shows_in_which_scans_a_device_was_seen(store: Path, tmp_path: Path) -> None:
    with open_inventory(store) as inventory:
        (vault,) = (device for device in inventory.devices() if device.name == "vault")
        later = NOON + timedelta(days=1)
        scan = Scan("s2", later, later, (), "10.0.0.0/24", 254, (vault,))
        inventory.record(scan)
        past = looks(inventory)
    assert [vault.id in look.seen for look in past] == [True, True]
    assert [len(look.seen) for look in past] == [2, 1]
    assert run(["export", str(tmp_path / "lan.html"), "--store", str(store)]) == 0
    assert '"presence":"11"' in (tmp_path / "lan.html").read_text("utf-8")


def test_who_was_not_asked_is_not_taken_for_silent(store: Path) -> None:
    with open_inventory(store) as inventory:
        for number, (targets, is_partial) in enumerate((("10.0.0.0/24", False), ("10.0.0.5", False), ("10.0.0.0/24", True))):
            later = NOON + timedelta(days=1 + number)
            inventory.record(
                Scan(f"later{number}", later, later, (_LAN,), targets, 1, inventory.devices(), is_partial=is_partial)
            )
        assert [look.is_whole for look in looks(inventory)[-3:]] == [True, False, False]


def test_what_was_heard_between_the_sweeps_of_a_watch_makes_nobody_silent(store: Path) -> None:
    with open_inventory(store) as inventory:
        vault, *_ = inventory.devices()
        for number, method in enumerate(("arp", "listen", "arp", "listen", "listen")):
            later = NOON + timedelta(days=1 + number)
            inventory.record(Scan(f"later{number}", later, later, (_LAN,), "10.0.0.0/24", 254, (vault,), method=method))
        past = looks(inventory)
    assert [look.at for look in past] == [NOON, NOON + timedelta(days=1), NOON + timedelta(days=3)]


def test_where_nobody_was_asked_who_was_heard_is_shown_and_nobody_as_silent(tmp_path: Path) -> None:
    with open_inventory(tmp_path / "heard.db") as inventory:
        for number in range(2):
            later = NOON + timedelta(days=number)
            inventory.record(Scan(f"s{number}", later, later, (_LAN,), "10.0.0.0/24", 254, (), method="listen"))
        assert [look.is_whole for look in looks(inventory)] == [False, False]


def test_only_what_was_asked_for_is_listed_drawn_and_exported(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_inventory(store, read_only=True) as inventory:
        vault, other = sorted(inventory.devices(), key=lambda device: device.name != "vault")
    for word in ("vault", vault.id[:5], vault.ip or "", (vault.mac or "").upper()):
        for command in (["list", word, "--csv"], ["export", "-", word], ["map", word]):
            assert run([*command, "--store", str(store)]) == 0
            told = capsys.readouterr().out
            assert str(vault.ip) in told
            assert str(other.ip) not in told
    assert run(["export", "-", "--kind", vault.verdict.kind, "--sort", "last_seen", "--store", str(store)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert run(["export", "-", "--gone", "--store", str(store)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    for command in (["list", "valt"], ["export", "-", "valt"], ["map", "valt"]):
        assert run([*command, "--store", str(store)]) == 1
        assert "did you mean vault" in capsys.readouterr().err
