"""Reading lists of registered MAC prefixes, whoever published them, and combining them into one table."""

import csv
import gzip
import io
import json
import re
import tomllib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import Any

from netinv.classification.vendor_names import one_spelling, tidy
from netinv.classification.vendor_table import MAGIC, VendorSource, VendorTable, pack
from netinv.errors import NetinvError
from netinv.text import clean

RECIPE = Path(__file__).with_name("data") / "vendors.toml"
LIMIT = 64 * 1024 * 1024
"""The largest list read, in bytes, after decompression; the IEEE's own oui.txt has 6 million."""
_ENTRY_LIMIT = 500_000
"""Prefixes taken from one list; all IEEE registries together have 58,000."""

_FORMATS = "IEEE CSV or oui.txt, Wireshark manuf, nmap-mac-prefixes, arp-scan ieee-oui.txt, or JSON of prefixes and names"
_DATE = re.compile(r"^#.*?\b(20\d\d-[01]\d-[0-3]\d)\b", re.MULTILINE)
_PREFIX = re.compile(r"([0-9a-f]{6}|[0-9a-f]{7}|[0-9a-f]{9})", re.IGNORECASE)
_MASKED = re.compile(r"([0-9a-f]{2}(?:[:.-]?[0-9a-f]{1,2}){2,5})(?:/(24|28|36))?", re.IGNORECASE)
_IEEE_HEX = re.compile(r"([0-9A-F]{2})-([0-9A-F]{2})-([0-9A-F]{2})\s+\(hex\)")
_IEEE_BASE_16 = re.compile(r"([0-9A-F]{6})(?:-([0-9A-F]{6}))?\s+\(base 16\)\s*(.*)")
# What the IEEE writes where the owner pays to stay unnamed, and where a block is split into smaller ones.
_UNNAMED = frozenset({"private", "ieee registration authority"})
_PREFIX_FIELDS = ("macPrefix", "oui", "prefix", "assignment", "Assignment")
_NAME_FIELDS = ("vendorName", "companyName", "organization", "vendor", "name", "Organization Name")


@dataclass(frozen=True, slots=True)
class VendorList:
    """One list, read: prefixes as 6, 7 or 9 lower-case hexadecimal digits, to tidy names; an empty name is deliberate."""

    date: date
    name: str
    entries: dict[str, str]


def read_list(path: Path, *, name: str | None = None, day: date | None = None, today: date | None = None) -> VendorList:
    """The list in `path`, its format found out by looking; dated `day`, or by its own heading, or by the file's time.

    NetinvError where it cannot be read or holds no prefix.
    """
    data, modified = _read(path)
    if data.startswith(MAGIC):
        table = VendorTable.parse(data, path)
        return VendorList(day or table.date, clean(name or path.name), dict(table.items()))
    text = data.decode("utf-8-sig", "replace")
    entries: dict[str, str] = {}
    for digits, registered in _pairs(text):
        # only universally administered unicast prefixes are ever looked up; others in these lists are no MAC prefixes (CID)
        if not int(digits[1], 16) & 3 and registered.strip():
            entries[digits.lower()] = "" if registered.strip().casefold() in _UNNAMED else tidy(registered)
        if len(entries) > _ENTRY_LIMIT:
            raise NetinvError(f"{path} lists more than {_ENTRY_LIMIT:,} prefixes", hint=f"expected {_FORMATS}")
    if not any(entries.values()):
        raise NetinvError(f"no MAC prefixes with names in {path}", hint=f"expected {_FORMATS}")
    # a list from the future would outlive every better one
    day = day or min(_stated(text) or modified, today or datetime.now(UTC).date())
    return VendorList(day, clean(name or path.name), entries)


def combine(lists: Iterable[VendorList], base: VendorTable | None = None) -> bytes:
    """A packed table of everything in `base` and `lists`; where they disagree the newest wins, of two as new the later."""
    lists = list(lists)
    sources = {
        *(base.sources if base else ()),
        *(VendorSource(one.date, one.name, sum(map(bool, one.entries.values()))) for one in lists),
    }
    layers = [(base.date, dict(base.items()))] if base else []
    layers += [(one.date, one.entries) for one in lists]
    merged: dict[str, str] = {}
    for _, entries in sorted(layers, key=lambda layer: layer[0]):
        merged |= entries
    return pack(one_spelling({digits: vendor for digits, vendor in merged.items() if vendor}), sources)


def build(folder: Path, recipe: Path = RECIPE) -> bytes:
    """The built-in table, from the files `recipe` names, found in `folder`; NetinvError where one is not the file meant."""
    lists = []
    for source in tomllib.loads(recipe.read_text("utf-8"))["source"]:
        for file, digest in source["files"].items():
            if sha256((folder / file).read_bytes()).hexdigest() != digest:
                raise NetinvError(f"{folder / file} is not the file the table is built from", hint=f"see {recipe}")
            lists.append(read_list(folder / file, name=f"{file} from {source['package']}", day=source["date"]))
    return combine(lists)


def _read(path: Path) -> tuple[bytes, date]:
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            raise NetinvError(f"{path} is not a file")
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
        if data.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as unzipped:
                data = unzipped.read(LIMIT + 1)
    except (EOFError, zlib.error) as error:
        raise NetinvError(f"{path} is compressed, and damaged") from error
    except OSError as error:
        raise NetinvError(f"cannot read {path}: {error.strerror or error}", hint="name a file that you may read") from error
    if len(data) > LIMIT:
        raise NetinvError(f"{path} is larger than {LIMIT // 1024 // 1024} MiB", hint=f"expected {_FORMATS}")
    return data, datetime.fromtimestamp(min(max(status.st_mtime, 0), 2**32), UTC).date()


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    start = text[:4096].lstrip()
    if start.startswith(("{", "[")):
        return _json(text)
    if start.startswith("Registry,Assignment,"):
        return _ieee_csv(text)
    return _ieee_txt(text) if "(base 16)" in start or "(hex)" in start else _lines(text)


def _ieee_csv(text: str) -> Iterator[tuple[str, str]]:
    # Registry,Assignment,Organization Name,Organization Address
    try:
        for row in csv.reader(io.StringIO(text)):
            if len(row) > 2 and _PREFIX.fullmatch(row[1]):
                yield row[1], row[2]
    except csv.Error as error:
        raise NetinvError(f"the CSV is damaged: {error}") from error


def _ieee_txt(text: str) -> Iterator[tuple[str, str]]:
    # `00-22-72   (hex)  Name`, then `002272  (base 16)  Name` (MA-L) or `900000-9FFFFF  (base 16)  Name` (within the line before)
    oui = ""
    for line in text.splitlines():
        if heading := _IEEE_HEX.match(line):
            oui = "".join(heading.groups())
        elif block := _IEEE_BASE_16.match(line):
            first, last, registered = block.groups()
            if not last:
                yield first, registered
            elif oui and (size := int(last, 16) - int(first, 16)) in (0xFFFFF, 0xFFF):
                yield oui + first[: 1 if size == 0xFFFFF else 3], registered


def _lines(text: str) -> Iterator[tuple[str, str]]:
    # manuf: `00:1B:C5:00:00/36<TAB>Short<TAB>Long`; nmap: `000000 Name`; arp-scan: `0050C27D5<TAB>Name`
    for line in filter(str.strip, text.splitlines()):
        prefix, *rest = line.split(None, 1)
        if not rest or not (match := _MASKED.fullmatch(prefix)):
            continue
        digits = re.sub(r"[:.-]", "", match[1])
        width = int(match[2]) // 4 if match[2] else len(digits)
        short, *long = [part.strip() for part in rest[0].split("\t") if part.strip()]
        registered = (long[-1] if long else short).lstrip("# ")
        # Wireshark gives a block its own digits for a short name where it should not be named
        if width in (6, 7, 9) and len(digits) >= width and short != prefix:
            yield digits[:width], registered


def _json(text: str) -> Iterator[tuple[str, str]]:
    try:
        records = json.loads(text)
    except (ValueError, RecursionError):
        records = [record for line in text.splitlines() if (record := _json_line(line)) is not None]
    if isinstance(records, dict):
        inner = records.get("vendors")
        records = [{"prefix": k, "name": v} for k, v in (inner if isinstance(inner, dict) else records).items()]
    for record in records if isinstance(records, list) else ():
        if not isinstance(record, dict):
            continue
        prefix = next((p for key in _PREFIX_FIELDS if isinstance(p := record.get(key), str)), "")
        digits = re.sub(r"[:.-]", "", prefix)
        named: Any = next((n for key in _NAME_FIELDS if (n := record.get(key))), "")
        if isinstance(named, dict):
            named = named.get("name")
        if _PREFIX.fullmatch(digits) and isinstance(named, str):
            # some write the address below the name
            yield digits, named.partition("\n")[0]


def _json_line(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _stated(text: str) -> date | None:
    try:
        return date.fromisoformat(found[1]) if (found := _DATE.search(text[:4096])) else None
    except ValueError:
        return None


if __name__ == "__main__":  # python -m netinv.classification.vendor_sources FOLDER
    import sys

    RECIPE.with_suffix(".bin").write_bytes(build(Path(sys.argv[1])))
