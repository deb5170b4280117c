"""The packed table says what was put in, and survives whatever else is found in its place."""

import os
import struct
import zlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.classification.vendor_table import LIMIT, VendorSource, VendorTable, pack
from netinv.errors import NetinvError
from netinv.model import MAC

SOURCES = [VendorSource(date(2026, 1, 2), "a list", 3), VendorSource(date(2025, 1, 2), "an older list", 2)]
ENTRIES = {"70b3d5": "Wide", "70b3d5f": "Narrower", "70b3d5f2f": "Narrowest", "fcfe77": "Last"}

_digits = st.sampled_from([6, 7, 9]).flatmap(lambda n: st.text("0123456789abcdef", min_size=n, max_size=n))
_names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=30)


def table(entries: dict[str, str] | None = None) -> VendorTable:
    return VendorTable.parse(pack(ENTRIES if entries is None else entries, SOURCES))


@pytest.mark.parametrize(
    ("mac", "vendor", "prefix"),
    [
        ("70:b3:d5:f2:f1:23", "Narrowest", "70:b3:d5:f2:f0:00/36"),
        ("70:b3:d5:f3:f1:23", "Narrower", "70:b3:d5:f0:00:00/28"),
        ("70:b3:d5:03:f1:23", "Wide", "70:b3:d5:00:00:00/24"),
        ("fc:fe:77:ff:ff:ff", "Last", "fc:fe:77:00:00:00/24"),
    ],
)
def test_the_longest_prefix_wins(mac: str, vendor: str, prefix: str) -> None:
    assert table().find(MAC.parse(mac)) == (prefix, vendor)


def test_an_unregistered_address_belongs_to_nobody() -> None:
    assert table().find(MAC.parse("00:00:00:00:00:00")) is None
    assert table({}).find(MAC.parse("70:b3:d5:f2:f1:23")) is None


def test_a_table_tells_its_date_and_its_sources_newest_first() -> None:
    packed = VendorTable.parse(pack(ENTRIES, reversed(SOURCES)))
    assert (packed.date, packed.sources, packed.entries, packed.counts) == (date(2026, 1, 2), tuple(SOURCES), 4, (2, 1, 1))


@given(st.dictionaries(_digits, _names, max_size=40))
def test_everything_packed_is_found_again(entries: dict[str, str]) -> None:
    packed = table(entries)
    assert dict(packed.items()) == entries
    for digits, vendor in entries.items():
        if len(digits) == 9:
            assert packed.find(MAC.parse(digits + "abc")) == (f"{MAC.parse(digits + '000')}/36", vendor)


@given(st.dictionaries(_digits, _names, max_size=10))
def test_the_same_entries_make_the_same_bytes_in_any_order(entries: dict[str, str]) -> None:
    assert pack(entries, SOURCES) == pack(dict(reversed(entries.items())), reversed(SOURCES))


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused_with_advice(data: bytes) -> None:
    with pytest.raises(NetinvError) as caught:
        VendorTable.parse(data)
    assert "netinv vendors update" in (caught.value.hint or "")


@given(st.data())
def test_a_damaged_table_is_noticed(data: st.DataObject) -> None:
    good = pack(ENTRIES, SOURCES)
    at = data.draw(st.integers(0, len(good) - 1))
    damage = data.draw(st.integers(1, 255))
    with pytest.raises(NetinvError):
        VendorTable.parse(good[:at] + bytes((good[at] ^ damage,)) + good[at + 1 :])
    with pytest.raises(NetinvError):
        VendorTable.parse(good[:at])


@given(st.binary(max_size=120))
def test_a_forged_table_with_a_right_checksum_never_crashes_a_lookup(body: bytes) -> None:
    header = b"2026-01-01\n2026-01-01\t1\tx"
    n24 = len(body) // 6
    rest = header + body
    forged = struct.pack(">8s6I", b"NETINVV1", len(header), n24, 0, 0, len(body) - n24 * 6, zlib.crc32(rest)) + rest
    parsed = VendorTable.parse(forged)
    for mac in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "70:b3:d5:f2:f1:23"):
        parsed.find(MAC.parse(mac))
    assert all(name.isprintable() for _, name in parsed.items())


@pytest.mark.parametrize("header", [b"", b"yesterday", b"2026-01-01\nno tabs", b"2026-01-01\n2026-99-01\t1\tx", b"\xff\xfe"])
def test_a_table_with_a_senseless_header_is_refused(header: bytes) -> None:
    with pytest.raises(NetinvError):
        VendorTable.parse(struct.pack(">8s6I", b"NETINVV1", len(header), 0, 0, 0, 0, zlib.crc32(header)) + header)


def test_names_that_would_move_a_cursor_are_made_safe_on_the_way_in() -> None:
    packed = table({"70b3d5": "Ev\x1b[2Jil\nCo"})
    block = packed.find(MAC.parse("70:b3:d5:00:00:00"))
    assert block is not None
    assert block.vendor == "Ev [2Jil Co"


def test_a_table_is_loaded_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "vendors.bin"
    path.write_bytes(pack(ENTRIES, SOURCES))
    assert VendorTable.load(path).path == path


@pytest.mark.parametrize("place", ["a directory", "a fifo", "a huge file"])
def test_something_else_in_its_place_is_refused_at_once(tmp_path: Path, place: str) -> None:
    path = tmp_path / "vendors.bin"
    if place == "a directory":
        path.mkdir()
    elif place == "a fifo":
        os.mkfifo(path)
    else:
        with path.open("wb") as file:
            file.truncate(LIMIT * 64)
    with pytest.raises(NetinvError):
        VendorTable.load(path)


def test_without_a_file_there_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        VendorTable.load(tmp_path / "vendors.bin")


def test_more_names_than_a_table_can_hold_are_refused() -> None:
    entries = {f"{n:09x}": f"{n:0>64}" for n in range(140_000)}
    with pytest.raises(NetinvError, match="more names"):
        pack(entries, SOURCES)
