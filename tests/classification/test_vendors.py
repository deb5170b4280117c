"""From a MAC address to its vendor, by the built-in table and by the user's own."""

import os
import pwd
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.classification.vendor_table import VendorSource, VendorTable, pack
from netinv.classification.vendors import BUILT_IN, RANDOMISED, install, table, user_path, vendor
from netinv.errors import NetinvError
from netinv.model import MAC


@pytest.fixture(autouse=True)
def own_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("SUDO_UID", raising=False)
    table.cache_clear()
    yield tmp_path
    table.cache_clear()


def own_table(day: date, vendor: str = "Mine") -> bytes:
    return pack({"3c22fb": vendor}, [VendorSource(day, "my list", 1)])


@pytest.mark.parametrize(
    ("mac", "expected"),
    [
        ("3c:22:fb:01:02:03", "Apple"),  # MA-L
        ("b8:27:eb:01:02:03", "Raspberry Pi"),  # MA-L
        ("00:0c:42:01:02:03", "MikroTik"),
        ("20:85:93:b1:02:03", "IOG Products"),  # MA-M 20-85-93-B
        ("70:b3:d5:f2:f1:23", "Teleplatforms"),  # MA-S 70-B3-D5-F2F
        ("00:50:c2:7d:51:23", "Deuta-Werke"),  # IAB 00-50-C2-7D5
        ("00:00:00:01:02:03", "Xerox"),  # not Wireshark's remark on it
    ],
)
def test_every_registry_of_the_ieee_is_in_the_built_in_table(mac: str, expected: str) -> None:
    assert vendor(MAC.parse(mac)) == expected


@pytest.mark.parametrize("mac", ["ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:fb", "33:33:00:00:00:01", "03:bf:0a:00:00:01"])
def test_a_group_address_has_no_vendor(mac: str) -> None:
    assert vendor(MAC.parse(mac)) is None


@pytest.mark.parametrize(
    "mac", ["da:a1:19:01:02:03", "02:60:8c:01:02:03", "3a:35:41:01:02:03", "02:42:c8:01:02:03", "52:54:01:00:00:00"]
)
def test_a_local_address_is_private_even_where_a_list_names_its_prefix(mac: str) -> None:
    assert vendor(MAC.parse(mac)) == RANDOMISED == "private (randomised)"


@pytest.mark.parametrize(
    ("mac", "expected"),
    [
        ("52:54:00:12:34:56", "QEMU/KVM virtual NIC"),
        ("02:42:ac:11:00:02", "Docker virtual NIC"),  # 172.17.0.2
        ("0a:58:0a:f4:00:05", "Kubernetes virtual NIC"),  # 10.244.0.5
        ("02:bf:c0:a8:01:14", "Windows NLB cluster"),  # 192.168.1.20
        ("08:00:27:01:02:03", "VirtualBox virtual NIC"),
        ("00:00:5e:00:01:0a", "VRRP virtual router"),
        ("00:00:0c:07:ac:01", "HSRP virtual router"),
        ("00:00:0c:9f:f0:01", "HSRP virtual router"),
        ("00:07:b4:00:01:02", "GLBP virtual router"),
    ],
)
def test_addresses_made_by_software_say_so(mac: str, expected: str) -> None:
    assert vendor(MAC.parse(mac)) == expected


@pytest.mark.parametrize("mac", ["00:00:5e:00:53:01", "00:00:0c:07:ad:01", "00:00:0c:9f:e0:01"])
def test_neighbours_of_the_virtual_routers_keep_their_registered_vendor(mac: str) -> None:
    assert "virtual" not in (vendor(MAC.parse(mac)) or "")


def test_the_registration_authority_is_nobodys_vendor() -> None:
    names = {name.casefold() for _, name in table().items()}
    assert not {n for n in names if n in ("private", "ieee registration authority", "")}
    assert vendor(MAC.parse("fc:ff:aa:f0:00:00")) != "IEEE Registration Authority"


@given(st.binary(min_size=6, max_size=6))
def test_any_address_gets_a_printable_answer(digits: bytes) -> None:
    mac = MAC.parse(digits)
    answer = vendor(mac)
    assert answer is None or (answer.isprintable() and 0 < len(answer) <= 64)
    assert (answer is None) or not mac.is_group


def test_the_built_in_table_is_small_recent_and_complete() -> None:
    assert BUILT_IN.stat().st_size <= 2 * 1024 * 1024
    assert table().date >= date(2026, 10, 24)
    of_24, of_28, of_36 = table().counts
    assert of_24 > 39_000
    assert of_28 > 6_500
    assert of_36 > 11_500


@pytest.mark.quiet
def test_the_built_in_table_loads_in_five_milliseconds() -> None:
    def load() -> float:
        start = perf_counter()
        VendorTable.load(BUILT_IN)
        return perf_counter() - start

    assert min(load() for _ in range(20)) <= 0.005


def test_the_table_is_read_once() -> None:
    assert table() is table()


def test_a_newer_table_of_the_user_is_preferred() -> None:
    install(own_table(date(2100, 1, 1)))
    assert vendor(MAC.parse("3c:22:fb:01:02:03")) == "Mine"
    assert table().path == user_path()


def test_an_older_table_of_the_user_is_not() -> None:
    install(own_table(date(2020, 1, 1)))
    assert vendor(MAC.parse("3c:22:fb:01:02:03")) == "Apple"
    assert table().problem is None


def test_a_damaged_table_of_the_user_is_passed_over_and_told_of() -> None:
    user_path().parent.mkdir()
    user_path().write_bytes(b"NETINVV1 and then nonsense")
    assert vendor(MAC.parse("3c:22:fb:01:02:03")) == "Apple"
    problem = table().problem
    assert problem is not None
    assert str(user_path()) in problem.message
    assert "update" in (problem.hint or "")


def test_without_a_home_directory_the_built_in_table_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_000)  # a user nobody knows, as in some containers
    assert table().path == BUILT_IN
    assert table().problem is not None


def test_an_installed_table_is_the_users_alone_and_leaves_nothing_beside_it() -> None:
    install(own_table(date(2100, 1, 1)))
    install(own_table(date(2100, 1, 2), "Mine again"))
    path = user_path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["vendors.bin"]
    assert vendor(MAC.parse("3c:22:fb:01:02:03")) == "Mine again"


def test_rubbish_is_never_installed() -> None:
    with pytest.raises(NetinvError):
        install(b"rubbish")
    assert not user_path().exists()


def test_a_table_that_cannot_be_written_is_an_error_and_leaves_nothing(own_data_directory: Path) -> None:
    (own_data_directory / "netinv").write_text("a file where the directory should be")
    with pytest.raises(NetinvError, match="cannot write"):
        install(own_table(date(2100, 1, 1)))


def test_a_failed_replacement_keeps_the_old_table(monkeypatch: pytest.MonkeyPatch) -> None:
    install(own_table(date(2100, 1, 1)))

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(NetinvError, match="No space left"):
        install(own_table(date(2100, 1, 2), "New"))
    assert vendor(MAC.parse("3c:22:fb:01:02:03")) == "Mine"
    assert [entry.name for entry in user_path().parent.iterdir()] == ["vendors.bin"]


def test_root_does_not_write_into_the_directory_of_who_called_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_UID", "1")
    with pytest.raises(NetinvError) as caught:
        install(own_table(date(2100, 1, 1)))
    assert "without sudo" in (caught.value.hint or "")


def test_under_sudo_the_table_of_the_caller_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("SUDO_UID", "1")
    caller = pwd.getpwuid(1).pw_dir
    assert user_path() == Path(caller) / ".local/share/netinv/vendors.bin"
    monkeypatch.setenv("SUDO_UID", "99999999999999999999")
    assert user_path().name == "vendors.bin"


def test_a_relative_data_directory_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "data")
    assert user_path().is_absolute()
