"""`netinv set`, `import` and `undo`: what the user says, in the shell and in a spreadsheet."""

import csv
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from netinv.cli.app import run
from netinv.inventory.store import open_inventory
from netinv.model import Annotations
from tests.inventory.scans import PHONE, TV, heard, scan


@pytest.fixture(autouse=True)
def named(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETINV_STORE", str(store))


def annotations(store: Path, word: str = "10.0.0.5") -> Annotations:
    with open_inventory(store, read_only=True) as inventory:
        return inventory.find(word).annotations


def edited(path: Path, **cells: str) -> None:
    """Set cells of the row of 10.0.0.5."""
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["ip"] == "10.0.0.5":
            row |= cells
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_what_is_set_is_shown_everywhere(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--name", "attic", "--kind", "Server", "--owner", "Anna", "--tag", "+b,a", "--trusted", "--notes", "old"]
    assert run(["set", "vault", *words]) == 0
    assert annotations(store) == Annotations("attic", "server", "Anna", None, "old", ("a", "b"), True)
    capsys.readouterr()
    shown: dict[str, str] = {}
    for command in (["show", "attic"], ["list"], ["explain", "attic"], ["show", "attic", "--json"], ["list", "--csv"]):
        assert run(command) == 0
        shown[" ".join(command)] = capsys.readouterr().out
    assert "server, set by you" in shown["show attic"]
    assert "attic, set by you" in shown["show attic"]
    assert "you" in next(line for line in shown["list"].splitlines() if "10.0.0.5" in line)
    assert shown["explain attic"].startswith("You set its kind: server.")
    assert '"owner": "Anna"' in shown["show attic --json"]
    assert "Anna,,old,a b,true" in shown["list --csv"]


def test_json_is_what_the_schema_promises(store: Path, promised: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["set", "vault", "--kind", "camera", "--no-trusted"]) == 0
    capsys.readouterr()
    assert run(["show", "vault", "--json"]) == 0
    [device] = promised("report", capsys.readouterr().out)["devices"]
    assert (device["kind"], device["annotations"]["kind"], device["annotations"]["trusted"]) == ("camera", "camera", False)


def test_what_is_cleared_is_as_it_was_heard(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["set", "vault", "--name", "x", "--tag", "a"]) == 0
    assert run(["set", "x", "--clear", "name", "--clear", "tags"]) == 0
    assert annotations(store, "vault") == Annotations()


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["set", "vault"], "--name"),
        (["set", "--name", "x"], "netinv set DEVICE"),
        (["set", "vault", "--kind", "camra"], "camera"),
        (["set", "vault", "--tag", "two words"], "one word"),
        (["set", "vault", "--clear", "onwer"], "owner"),
        (["set", "--network", "10.0.0.0/24", "--owner", "x"], "--name home"),
        (["set", "nobody", "--name", "x"], "netinv list"),
        (["import", "/nonexistent.csv"], "may read"),
    ],
)
def test_what_cannot_be_said_is_answered_with_a_hint(words: list[str], hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) in (1, 2)
    assert hint in capsys.readouterr().err.splitlines()[1]


def test_a_sheet_goes_out_is_edited_and_comes_back(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "devices.csv"
    assert run(["export", str(sheet)]) == 0
    assert run(["import", str(sheet)]) == 0
    assert "0 devices of 2 changed" in capsys.readouterr().err
    edited(sheet, name="=attic", location="Attic; left", tags="x y", trusted="WAHR")
    assert run(["import", str(sheet), "--dry-run"]) == 0
    told = capsys.readouterr()
    assert told.out == "10.0.0.5 vault: name: - -> =attic; location: - -> Attic; left; tags: - -> x y; trusted: - -> True\n"
    assert annotations(store) == Annotations()
    assert run(["import", str(sheet)]) == 0
    assert annotations(store) == Annotations(name="=attic", location="Attic; left", tags=("x", "y"), trusted=True)
    assert run(["export", str(sheet), "--excel"]) == 0
    assert run(["import", str(sheet)]) == 0
    assert "0 devices of 2 changed" in capsys.readouterr().err, "the guard against formulas was undone"
    assert run(["undo"]) == 0
    assert annotations(store) == Annotations()


_SETTINGS = ["--name", "0123", "--owner", "Ænna; 木村", "--location", "12.50", "--notes", 'says "hi", =1+2', "--tag", "x,y"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_sheet_saved_as_excel_does_is_unedited_until_a_cell_is(
    store: Path, tmp_path: Path, delimiter: str, encoding: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its separator, its line ends, its encodings; numbers are shown as it likes them."""
    assert run(["set", "vault", *_SETTINGS]) == 0
    sheet = tmp_path / "devices.csv"
    assert run(["export", str(sheet)]) == 0
    with sheet.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    for row in rows:
        row[:] = [{"0123": "123", "12.50": "12,5", "true": "WAHR", "false": "FALSCH"}.get(cell, cell) for cell in row]
    for owner, expected in (("Ænna; 木村", "0 devices of 2 would change"), ("Ben", "1 device of 2 would change")):
        written = io.StringIO()
        told = [[owner if cell == "Ænna; 木村" else cell for cell in row] for row in rows]
        csv.writer(written, delimiter=delimiter, lineterminator="\r\n").writerows(told)
        sheet.write_bytes(written.getvalue().encode(encoding, "replace"))
        capsys.readouterr()
        assert run(["import", str(sheet), "--dry-run"]) == 0
        assert expected in capsys.readouterr().err


@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
@pytest.mark.parametrize("separator", [44, 59])
def test_a_sheet_saved_by_libreoffice_is_as_it_was(
    store: Path, tmp_path: Path, separator: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["set", "vault", *_SETTINGS]) == 0
    sheet = tmp_path / "devices.csv"
    assert run(["export", str(sheet), "--excel"]) == 0
    into, of = f"csv:Text - txt - csv (StarCalc):{separator},34,76,1,,0,false,true", "--infilter=CSV:44,34,76,1"
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", into, of]
    subprocess.run([*command, "--outdir", str(tmp_path / "saved"), str(sheet)], check=True, capture_output=True, timeout=120)
    capsys.readouterr()
    assert run(["import", str(tmp_path / "saved" / "devices.csv"), "--dry-run"]) == 0
    assert "0 devices of 2 would change" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("sheet", "owner"),
    [
        ("mac,owner\n3C-22-FB-00-00-02,Anna\n", "Anna"),
        ("ip;owner\n10.0.0.5;Anna\n", "Anna"),
        ("name,owner\nvault,Anna\n", "Anna"),
        ("id,mac,ip,owner\n,,10.0.0.5,Anna\n", "Anna"),
        ("macs,ip,owner\n3c:22:fb:00:00:02,10.0.0.77,Anna\n", "Anna"),
    ],
)
def test_a_persons_own_sheet_tells_devices_by_mac_address_or_name(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], sheet: str, owner: str
) -> None:
    with open_inventory(store) as inventory:
        mac = inventory.find("10.0.0.5").macs[0]
    (tmp_path / "own.csv").write_text(sheet.replace("3C-22-FB-00-00-02", mac.upper().replace(":", "-")).replace(TV, mac))
    assert run(["import", str(tmp_path / "own.csv"), "--dry-run"]) == 0
    assert owner in capsys.readouterr().out
    assert annotations(store) == Annotations()
    assert run(["import", str(tmp_path / "own.csv")]) == 0
    assert annotations(store) == Annotations(owner=owner)


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("mac,owner\n00:11:22:33:44:55,Anna\n", "line 2: no device is known as '00:11:22:33:44:55'"),
        ("ip,owner\n10.0.0.5,Anna\n10.0.0.5,Bert\n", "line 3: "),
        ("name,owner\n,Anna\n", "line 2: it does not say which device"),
        ("addresses,owner\n10.0.0.5 10.0.0.6,Anna\n", "line 2: '10.0.0.5 10.0.0.6' means 2 devices"),
        ("owner\nAnna\n", "no column by which devices are told"),
    ],
)
def test_a_row_that_may_be_about_nobody_or_several_is_named(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], sheet: str, said: str
) -> None:
    (tmp_path / "own.csv").write_text(sheet)
    assert run(["import", str(tmp_path / "own.csv")]) != 0
    assert said in capsys.readouterr().err
    assert annotations(store) == Annotations()


def test_a_sheet_with_one_wrong_line_changes_nothing(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "devices.csv"
    for cells, said in (({"kind": "camra"}, "line 2: there is no kind"), ({"trusted": "perhaps"}, "line 2: 'perhaps'"),
                        ({"id": "d00000000"}, "line 2: no device"), ({"tags": "#"}, "line 2: '#' is no tag")):  # fmt: skip
        assert run(["export", str(sheet)]) == 0
        edited(sheet, name="attic", **cells)
        assert run(["import", str(sheet)]) == 2
        assert said in capsys.readouterr().err
        assert annotations(store) == Annotations()


def test_a_split_says_what_went_along_and_an_undo_of_whom_it_was(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_inventory(store) as inventory:
        inventory.record(scan(heard("10.0.0.60", PHONE), heard("10.0.0.61", PHONE), heard("2001:db8::60", PHONE), interface=None))
        phone, vault = inventory.find("10.0.0.60").id, inventory.find("vault").id
    assert run(["split", "10.0.0.60", "10.0.0.61"]) == 0
    told = capsys.readouterr().err
    assert "10.0.0.61 is a device of its own" in told
    assert f"{PHONE} stays with 10.0.0.60, and answers for both" in told
    assert run(["undo"]) == 0
    told = capsys.readouterr().err
    assert "undone: 10.0.0.61 (" in told
    assert f") parted from 10.0.0.60 ({phone})" in told
    assert run(["merge", "10.0.0.5", "10.0.0.60"]) == 0
    capsys.readouterr()
    assert run(["list", "--changed", "--since", "1d", "--csv"]) == 0
    assert vault in capsys.readouterr().out
    assert run(["split", "10.0.0.5", "10.0.0.60"]) == 0
    told = capsys.readouterr().err
    assert f", with 10.0.0.61, 2001:db8::60, {PHONE}; `netinv undo` takes it back" in told
    assert "stays" not in told
    assert run(["undo"]) == run(["undo"]) == 0
    assert f"undone: 10.0.0.5 vault ({vault}) and 10.0.0.60 ({phone}) made one" in capsys.readouterr().err
    assert run(["list", "--changed", "--since", "1d", "--csv"]) == 0
    assert vault not in capsys.readouterr().out, "what was taken back has changed nothing"


def test_devices_merged_at_once_are_parted_at_once_and_told_by_what_they_are_known_by(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_inventory(store) as inventory:
        house = (heard("10.0.0.60", PHONE, dns_ptr="tablet.lan"), heard("10.0.0.61", TV, dns_ptr="tv.lan"))
        inventory.record(scan(*house, interface=None))
        before = {d.id for d in inventory.devices()}
    assert run(["merge", "vault", "10.0.0.60", "10.0.0.61"]) == 0
    capsys.readouterr()
    assert run(["history", "vault", "-n", "2"]) == 0
    told = capsys.readouterr().out
    assert f"turned out to be {PHONE} as well (you)" in told
    assert f"turned out to be {TV} as well (you)" in told
    assert run(["undo"]) == 0
    assert run(["history", "vault", "-n", "2"]) == 0
    told = capsys.readouterr().out
    assert "is not 10.0.0.60 tablet (you)" in told
    assert "is not 10.0.0.61 tv (you)" in told
    with open_inventory(store) as inventory:
        assert {d.id for d in inventory.devices()} == before


def test_the_name_of_a_network_is_undone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["set", "--network", "here", "--name", "attic"]) == 0
    assert run(["undo"]) == 0
    assert "undone: name of the network" in capsys.readouterr().err
    assert run(["networks"]) == 0
    assert "attic" not in capsys.readouterr().out


def test_a_row_is_of_the_device_with_the_id_that_another_calls_itself(store: Path, tmp_path: Path) -> None:
    with open_inventory(store) as inventory:
        inventory.record(scan(heard("10.0.0.60", PHONE), heard("10.0.0.61", TV), interface=None))
        phone, vault = inventory.find("10.0.0.60").id, inventory.find("vault").id
        inventory.merge(vault, phone)
        inventory.annotate({inventory.find("10.0.0.61").id: Annotations(name=phone)})
    for word in (phone, phone.upper()):
        (tmp_path / "own.csv").write_text(f"id,owner\n{word},{word}\n")
        assert run(["import", str(tmp_path / "own.csv")]) == 0
        assert annotations(store, vault).owner == word


def test_nothing_to_undo_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["undo"]) == 0
    assert "nothing to undo" in capsys.readouterr().err


def test_a_cell_as_it_was_heard_clears_what_was_said(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet, first = tmp_path / "devices.csv", tmp_path / "first.csv"
    assert run(["export", str(sheet)]) == 0
    shutil.copy(sheet, first)
    edited(sheet, name="wrong", kind="camera", owner="Anna")
    assert run(["import", str(sheet)]) == 0
    assert annotations(store) == Annotations(name="wrong", kind="camera", owner="Anna")
    assert run(["import", str(first), "--dry-run"]) == 0
    assert capsys.readouterr().out.endswith(" wrong: name: wrong -> -; kind: camera -> -; owner: Anna -> -\n")
    assert run(["import", str(first)]) == 0
    assert annotations(store) == Annotations()
    assert run(["undo"]) == 0
    assert annotations(store).name == "wrong"
