import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from netinv.errors import StoreError
from netinv.inventory.store import open_inventory
from tests.inventory.scans import TV, heard, scan


def test_the_default_place_is_used_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETINV_STORE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with open_inventory() as store:
        assert store.where == str(tmp_path / "data" / "netinv" / "inventory.db")
        store.record(scan(heard("10.0.0.5", TV)))
    assert stat.S_IMODE((tmp_path / "data" / "netinv").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / "netinv" / "inventory.db").stat().st_mode) == 0o600


def test_the_environment_names_the_store_and_an_argument_is_stronger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETINV_STORE", str(tmp_path / "named.db"))
    with open_inventory() as store:
        assert store.where == str(tmp_path / "named.db")
    with open_inventory(tmp_path / "other.db") as store:
        assert store.where == str(tmp_path / "other.db")


@pytest.mark.parametrize("name", ["a b.db", "100%.db", "what?.db", "#1.db", "ünï.db", "\udcff.db", "a;b&mode=memory.db"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    with open_inventory(tmp_path / name) as store:
        store.record(scan(heard("10.0.0.5", TV)))
    assert os.listdir(tmp_path) == [name]  # noqa: PTH208 - names that are not text


def test_a_url_and_its_path_are_the_same_store(tmp_path: Path) -> None:
    with open_inventory(tmp_path / "i.db") as store:
        store.record(scan(heard("10.0.0.5", TV)))
    # pathlib makes one slash of two, and a command line makes paths
    for url in (f"sqlite://{tmp_path}/i.db", f"SQLite:///{tmp_path}/i.db", Path(f"sqlite://{tmp_path}/i.db")):
        with open_inventory(url, read_only=True) as store:
            assert len(store.devices()) == 1


@pytest.mark.parametrize("url", ["mysql://me:secret@db/netinv", Path("redis://me:secret@db/netinv"), "http://me:secret@x/y"])
def test_other_urls_are_not_supported_and_keep_their_secrets(url: str | Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_inventory(url)
    assert "not supported" in caught.value.message
    assert "secret" not in caught.value.message
    assert "--store" in (caught.value.hint or "")


NOBODY = "127.0.0.1:1/netinv"  # tcpmux, which nobody serves


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:secret@{NOBODY}",
        Path(f"postgresql://me:secret@{NOBODY}"),
        f"postgres://{NOBODY}?password=secret",
        "postgresql://me:sec ret@@:1:2/",
        "postgresql://me@db/?passwort=secret",
    ],
)
def test_a_server_that_is_not_there_is_an_error_that_keeps_the_password(url: str | Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_inventory(url, timeout=0)
    assert caught.value.hint
    assert "secret" not in f"{caught.value.message} {caught.value.hint} {caught.value.__cause__}"


def test_without_its_driver_a_server_is_an_error_that_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [
        name for name in sys.modules if name.startswith(("psycopg", "netinv.inventory.postgresql", "netinv.inventory.conn"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError) as caught:
        open_inventory(f"postgresql://{NOBODY}")
    assert "needs psycopg" in caught.value.message
    assert caught.value.hint == "pip install 'netinv[postgresql]'"


def test_a_file_loads_nothing_that_only_a_server_needs(tmp_path: Path) -> None:
    with open_inventory(tmp_path / "i.db") as store:
        store.record(scan(heard("10.0.0.5", TV)))
    listed = "import sys; from netinv.cli.app import run; run(['list', '--store', sys.argv[1]]); print(*sys.modules)"
    command = [sys.executable, "-c", listed, str(tmp_path / "i.db")]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "netinv.inventory.sqlite" in loaded
    assert not [
        name for name in loaded if name.startswith(("psycopg", "netinv.inventory.postgresql", "netinv.inventory.copying"))
    ]


def test_reading_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_inventory(tmp_path / "netinv" / "i.db", read_only=True)
    assert "no inventory yet" in caught.value.message
    assert "netinv scan" in (caught.value.hint or "")
    assert not (tmp_path / "netinv").exists()


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    with open_inventory(tmp_path / "i.db") as store:
        store.record(scan(heard("10.0.0.5", TV)))
    before = (tmp_path / "i.db").read_bytes()
    with open_inventory(tmp_path / "i.db", read_only=True) as store:
        device = store.devices()[0]
        store.find(device.id)
        store.recognise(device)
        store.scans()
        store.check()
        with pytest.raises(StoreError):
            store.record(scan(heard("10.0.0.6"), hours=1))
    assert (tmp_path / "i.db").read_bytes() == before
    assert list(tmp_path.iterdir()) == [tmp_path / "i.db"]


@pytest.mark.parametrize("where", ["/dev/null", "/", "/proc/version/x", "~nosuchuser/i.db", "/nul\0l"])
def test_a_place_where_no_file_can_be_is_an_error(where: str) -> None:
    for read_only in (True, False):
        with pytest.raises(StoreError) as caught:
            open_inventory(where, read_only=read_only)
        assert caught.value.hint
