"""netinv vendors, as a user meets it."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from netinv.classification import vendors
from netinv.classification.vendor_table import VendorSource, pack
from netinv.classification.vendors import table, user_path
from netinv.cli.vendors import app
from netinv.errors import NetinvError

MANUF = "00:0C:42\tAcme\tAcme Routers, Inc.\n70:B3:D5:F2:F0/36\tTiny\tTiny GmbH\n"


@pytest.fixture(autouse=True)
def own_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("SUDO_UID", raising=False)
    table.cache_clear()
    yield
    table.cache_clear()


@pytest.fixture
def aged_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A built-in table of 2020, so that a file written by a test is newer whatever the clock says."""
    entries = {"000c42": "MikroTik", "3c22fb": "Apple"}
    (tmp_path / "built-in").write_bytes(pack(entries, [VendorSource(date(2020, 1, 1), "a list", 2)]))
    monkeypatch.setattr(vendors, "BUILT_IN", tmp_path / "built-in")


def run(*words: str, expect: int = 0) -> str:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == expect, result.output
    return result.stdout


def test_info_names_date_sources_and_place() -> None:
    shown = run("info")
    assert str(table().date) in shown
    assert "built in" in shown
    assert all(source.name in shown for source in table().sources)


def test_info_as_json_is_what_the_schema_promises(promised: Callable[[str, str], Any]) -> None:
    document = promised("vendors", run("info", "--json"))
    described = document["table"]
    assert document["found"] is None
    assert set(described) == {"date", "entries", "entries_by_bits", "path", "is_built_in", "sources", "problem"}
    assert described["entries"] == sum(described["entries_by_bits"].values()) > 50_000


def test_info_warns_of_a_damaged_table_on_stderr() -> None:
    user_path().parent.mkdir(parents=True)
    user_path().write_text("rubbish")
    result = CliRunner().invoke(app, ["info"])
    assert "warning:" in result.stderr
    assert "built in" in result.stdout


def test_lookup_prints_a_line_for_each_address() -> None:
    lines = run("lookup", "3C-22-FB-01-02-03", "da:a1:19:01:02:03", "ffffffffffff", "00:00:5e:00:01:01").splitlines()
    assert lines == [
        "3c:22:fb:01:02:03  Apple  (3c:22:fb:00:00:00/24)",
        "da:a1:19:01:02:03  private (randomised)",
        "ff:ff:ff:ff:ff:ff  multicast",
        "00:00:5e:00:01:01  VRRP virtual router",
    ]


def test_lookup_as_json_uses_null_for_what_is_unknown(promised: Callable[[str, str], Any]) -> None:
    document = promised("vendors", run("lookup", "--json", "3c:22:fb:01:02:03", "ff:ff:ff:ff:ff:ff"))
    apple, everyone = document["found"]
    assert apple == {
        "mac": "3c:22:fb:01:02:03",
        "vendor": "Apple",
        "prefix": "3c:22:fb:00:00:00/24",
        "is_local": False,
        "is_group": False,
    }
    assert (everyone["vendor"], everyone["prefix"], everyone["is_group"]) == (None, None, True)


def test_lookup_of_something_else_is_a_usage_error() -> None:
    run("lookup", "router.lan", expect=2)


@pytest.mark.usefixtures("aged_table")
def test_update_makes_the_list_the_table_in_use(tmp_path: Path) -> None:
    (tmp_path / "manuf").write_text(MANUF)
    assert run("update", "--file", str(tmp_path / "manuf")) == ""
    assert table().path == user_path()
    assert table().entries == 3
    assert "Acme Routers" in run("lookup", "00:0c:42:00:00:01")
    assert "Tiny" in run("lookup", "70:b3:d5:f2:f0:01")
    assert "Apple" in run("lookup", "3c:22:fb:01:02:03")


def test_update_with_an_old_list_says_it_only_filled_gaps(tmp_path: Path) -> None:
    (tmp_path / "manuf").write_text(MANUF)
    result = CliRunner().invoke(app, ["update", "--file", str(tmp_path / "manuf"), "--date", "2019-01-01"])
    assert "older than the table in use" in result.stderr
    assert "MikroTik" in run("lookup", "00:0c:42:00:00:01")


def test_update_refuses_a_date_in_the_future(tmp_path: Path) -> None:
    (tmp_path / "manuf").write_text(MANUF)
    run("update", "--file", str(tmp_path / "manuf"), "--date", "2999-01-01", expect=2)


def test_update_without_a_good_file_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("nothing of use")
    result = CliRunner().invoke(app, ["update", "--file", str(tmp_path / "notes")])
    assert isinstance(result.exception, NetinvError)
    assert not user_path().exists()
    run("update", expect=2)


def test_update_says_where_to_get_a_list_and_that_it_downloads_nothing() -> None:
    shown = run("update", "--help")
    assert "wireshark.org" in shown
    assert "standards-oui.ieee.org" in shown
    assert "Nothing is fetched" in shown
