"""The CSV files NetBox imports, in a zip archive, numbered in the order they must be loaded.

NetBox's bulk import takes one kind of object at a time and creates nothing that another refers to: the files therefore begin
with the site, manufacturers, roles and types that the devices name. Columns are those of NetBox 4.2 and later, where MAC
addresses became objects.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_network
from typing import NamedTuple, TextIO

from netinv.formats.base import Format, Report, Style, in_order, stamp
from netinv.formats.csv import cell
from netinv.formats.hostnames import Named, addresses, holders, label, named
from netinv.formats.topology import title
from netinv.formats.words import verdict_line
from netinv.text import clean

_SITE = "netinv"
_GENERIC = "Unknown"
"""The manufacturer and the model of devices that tell none; NetBox knows no device without."""
_LONGEST = 100
"""Characters NetBox keeps of a name or model; of a description it keeps twice as many."""
_COLORS = {"router": "2196f3", "printer": "9c27b0", "computer": "4caf50", "other": "ff9800"}

_README = """\
Devices seen by netinv, for NetBox 4.2 or later.

Load the files in the order of their numbers. In NetBox, choose the page named below, then Import, Upload File (CSV), Submit:

{steps}
What exists already NetBox refuses, and with it the whole file: delete those lines first. The site is called '{site}'; to use
another, replace it in 05-devices.csv and leave 01-sites.csv out. Names are those the devices were heard under, made fit for
host names; an address two devices claim is given to the one seen last.
"""


class _File(NamedTuple):
    name: str
    page: str
    columns: Sequence[str]
    rows: list[Sequence[object]]


def write(report: Report, stream: TextIO, style: Style) -> None:
    """The archive; the same report makes the same bytes."""
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo  # 10 ms that only this format should pay

    files = list(_files(report))
    steps = "".join(f"  {file.name:<24} {file.page}\n" for file in files)
    texts = {"README.txt": _README.format(steps=steps, site=_SITE), **{file.name: _text(file) for file in files}}
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as pack:
        for name, text in texts.items():
            member = ZipInfo(name)  # whose time is that of the first zip, 1980: no two archives shall differ by the clock
            member.external_attr = 0o644 << 16
            pack.writestr(member, text.encode(), ZIP_DEFLATED)
    stream.flush()
    stream.buffer.write(archive.getvalue())


def _files(report: Report) -> Iterator[_File]:
    devices = named(in_order(report.devices))
    types: dict[tuple[str, str], tuple[str, str]] = {}
    """By manufacturer and model without regard to case, as NetBox compares slugs; as they are first spelled."""
    makers: dict[str, str] = {}
    roles: dict[str, tuple[str, str]] = {}
    rows: list[Sequence[object]] = []
    for device, host, _, _ in devices:
        maker = _told(device.verdict.vendor or device.vendor)
        maker = makers.setdefault(_slug(maker), maker)
        model = _told(device.verdict.model)
        key = (_slug(maker), _slug(model))
        _, model = types.setdefault(key, (maker, model))
        role = str(cell(title(device.verdict.category, device.verdict.kind).rstrip("?"))).capitalize()
        role, _ = roles.setdefault(_slug(role), (role, device.verdict.category))
        heard = f"{clean(device.name, 60)}: " if device.name else ""
        seen = f"first seen {stamp(device.first_seen, 'seconds')}, last seen {stamp(device.last_seen, 'seconds')}, id {device.id}"
        description = f"{heard}{verdict_line(device.verdict)}"[:200]
        rows.append((host, role, maker, model, "active", _SITE, cell(description), cell(seen)))
    yield _File("01-sites.csv", "Organization > Sites", ("name", "slug", "status"), [(_SITE, _SITE, "active")])
    yield _File(
        "02-manufacturers.csv", "Devices > Manufacturers", ("name", "slug"), [(name, slug) for slug, name in makers.items()]
    )
    yield _File(
        "03-device-roles.csv", "Devices > Device Roles", ("name", "slug", "color", "vm_role"),
        [(role, slug, _COLORS.get(category, "9e9e9e"), "false") for slug, (role, category) in roles.items()],
    )  # fmt: skip
    yield _File(
        "04-device-types.csv", "Devices > Device Types", ("manufacturer", "model", "slug", "u_height"),
        [(maker, model, f"{key[0][:36]}-{key[1]}", 0) for key, (maker, model) in types.items()],
    )  # fmt: skip
    yield _File(
        "05-devices.csv", "Devices > Devices",
        ("name", "role", "manufacturer", "device_type", "status", "site", "description", "comments"), rows,
    )  # fmt: skip
    yield _File("06-interfaces.csv", "Devices > Interfaces", ("device", "name", "type"), list(_interfaces(devices)))
    yield _File(
        "07-mac-addresses.csv", "Devices > MAC Addresses", ("mac_address", "device", "interface", "is_primary"),
        list(_macs(devices)),
    )  # fmt: skip
    yield _File(
        "08-ip-addresses.csv", "IPAM > IP Addresses", ("address", "status", "device", "interface", "is_primary", "dns_name"),
        list(_addresses(devices, _networks(report))),
    )  # fmt: skip


def _interfaces(devices: Iterable[Named]) -> Iterator[Sequence[object]]:
    """One for each MAC address; which of the device's addresses belongs to which, nobody said: they go to the first."""
    for device, host, _, _ in devices:
        for number in range(max(len(device.macs), 1)):
            yield host, f"if{number}", "other"


def _macs(devices: Iterable[Named]) -> Iterator[Sequence[object]]:
    for device, host, _, _ in devices:
        for number, mac in enumerate(device.macs):
            yield mac, host, f"if{number}", "true"


def _addresses(devices: Sequence[Named], networks: Sequence[IPv4Network]) -> Iterator[Sequence[object]]:
    """Each address once. Of each family the first is the device's primary one, and comes last: a `false` unsets what is set."""
    owners = holders(one.device for one in devices)
    for device, host, is_heard, _ in devices:
        own = [address for address in dict.fromkeys(addresses(device)) if owners[address] is device]
        primary = {next(address for address in own if address.version == version) for version in {a.version for a in own}}
        for address in sorted(own, key=lambda address: (address.version, address in primary)):
            is_primary = "true" if address in primary else "false"
            yield f"{address}/{_length(address, networks)}", "active", host, "if0", is_primary, host if is_heard else ""


def _networks(report: Report) -> list[IPv4Network]:
    """Those known from the scan or from earlier ones."""
    found = {network for interface in (report.scan.interfaces if report.scan else ()) for network in interface.networks}
    for text in {text.strip() for look in report.looks for text in look.network.split(",")}:
        try:
            network = ip_network(text)
        except ValueError:
            continue
        if isinstance(network, IPv4Network):
            found.add(network)
    return sorted(found, key=lambda network: -network.prefixlen)


def _length(address: IPv4Address | IPv6Address, networks: Sequence[IPv4Network]) -> int:
    """Of the prefix the address is in; of the address alone where that is not known."""
    return next((network.prefixlen for network in networks if address in network), address.max_prefixlen)


def _told(text: str | None) -> str:
    return str(cell(clean(text or "", _LONGEST - 1))) or _GENERIC


def _slug(text: str) -> str:
    """Letters, digits and hyphens; something, whatever the text."""
    return (
        label(text.replace(".", "-"))
        or re.sub(r"[^a-z0-9]", "", text.encode("punycode").decode().lower())[:_LONGEST]
        or "unknown"
    )


def _text(file: _File) -> str:
    stream = io.StringIO(newline="")
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(file.columns)
    rows.writerows(file.rows)
    return stream.getvalue()


FORMAT = Format(
    "netbox",
    suffix=".netbox.zip",
    summary="CSV files for NetBox, in load order",
    write=write,
    is_binary=True,
    needs_evidence=False,
    shows_presence=True,
)
