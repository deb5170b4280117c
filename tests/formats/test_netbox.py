"""The files for NetBox: what each refers to stands in an earlier one, and NetBox's own limits are kept."""

import csv
import io
import re
from ipaddress import ip_interface

from hypothesis import given

from netinv.formats import Look, Report, formats
from netinv.model import MAC, Verdict
from tests.formats.reports import NOON, device, household, reports
from tests.formats.written import attackers, attacking, packed, unpacked

_COLUMNS = {
    "01-sites": ["name", "slug", "status"],
    "02-manufacturers": ["name", "slug"],
    "03-device-roles": ["name", "slug", "color", "vm_role"],
    "04-device-types": ["manufacturer", "model", "slug", "u_height"],
    "05-devices": ["name", "role", "manufacturer", "device_type", "status", "site", "description", "comments"],
    "06-interfaces": ["device", "name", "type"],
    "07-mac-addresses": ["mac_address", "device", "interface", "is_primary"],
    "08-ip-addresses": ["address", "status", "device", "interface", "is_primary", "dns_name"],
}
"""Those of NetBox's import forms (netbox/dcim/forms/bulk_import.py and ipam's), version 4.2."""

_Tables = dict[str, list[dict[str, str]]]


def _tables(report: Report) -> _Tables:
    files = unpacked("netbox", report)
    assert "Devices > MAC Addresses" in files.pop("README.txt")
    return {name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in files.items()}


def _check(tables: _Tables) -> None:
    """As NetBox would on loading the files in order."""
    makers = _unique(tables["02-manufacturers"], "name")
    _unique(tables["02-manufacturers"], "slug")
    roles = _unique(tables["03-device-roles"], "name")
    _unique(tables["03-device-roles"], "slug")
    types = _unique(tables["04-device-types"], "manufacturer", "model")
    _unique(tables["04-device-types"], "manufacturer", "slug")
    assert {maker for maker, _ in types} <= {maker for (maker,) in makers}
    devices = _unique(tables["05-devices"], "name")
    for row in tables["05-devices"]:
        assert (row["role"],) in roles
        assert (row["manufacturer"], row["device_type"]) in types
        assert (row["site"], row["status"]) == ("netinv", "active")
        assert len(row["name"]) <= 64
        assert len(row["description"]) <= 200
    interfaces = _unique(tables["06-interfaces"], "device", "name")
    assert {device for device, _ in interfaces} == {device for (device,) in devices}
    _unique(tables["08-ip-addresses"], "address")
    for row in (*tables["07-mac-addresses"], *tables["08-ip-addresses"]):
        assert (row["device"], row["interface"]) in interfaces
        assert row["is_primary"] in ("true", "false")
    for row in tables["08-ip-addresses"]:
        ip_interface(row["address"])
    for row in (row for name in ("02-manufacturers", "03-device-roles", "04-device-types") for row in tables[name]):
        assert re.fullmatch(r"[-a-z0-9_]{1,100}", row["slug"])
        assert 1 <= len(row.get("name", row.get("model", ""))) <= 100


def _unique(rows: list[dict[str, str]], *columns: str) -> set[tuple[str, ...]]:
    keys = [tuple(row[column] for column in columns) for row in rows]
    assert len({tuple(map(str.casefold, key)) for key in keys}) == len(keys), columns
    return set(keys)


def test_the_files_have_the_columns_netbox_imports() -> None:
    files = unpacked("netbox", household())
    assert list(files) == ["README.txt", *(f"{name}.csv" for name in _COLUMNS)]
    for name, columns in _COLUMNS.items():
        assert files[f"{name}.csv"].splitlines()[0] == ",".join(columns)


def test_a_device_is_a_row_in_each_file() -> None:
    one = device(
        10, name="NAS", verdict=Verdict("other", "nas", "Synology", "DS920+", None, 0.96), macs=(MAC("02:00:00:00:00:0a"),)
    )
    tables = _tables(Report([one], looks=[Look(NOON, "192.168.178.0/24", frozenset())]))
    assert tables["02-manufacturers"] == [{"name": "Synology", "slug": "synology"}]
    assert tables["04-device-types"][0]["model"] == "DS920+"
    assert tables["05-devices"][0]["role"] == "Nas"
    assert tables["05-devices"][0]["description"] == "NAS: nas, 96% sure"
    assert tables["07-mac-addresses"] == [
        {"mac_address": "02:00:00:00:00:0a", "device": "nas", "interface": "if0", "is_primary": "true"}
    ]
    assert tables["08-ip-addresses"][0]["address"] == "192.168.178.10/24"


def test_an_address_of_no_known_network_stands_alone() -> None:
    assert _tables(Report([device(10)]))["08-ip-addresses"][0]["address"] == "192.168.178.10/32"


def test_the_primary_address_comes_after_those_that_would_unset_it() -> None:
    one = device(10, addresses=("192.168.178.10", "192.168.178.11", "2001:db8::1", "2001:db8::2"))
    rows = _tables(Report([one]))["08-ip-addresses"]
    assert [(row["address"], row["is_primary"]) for row in rows] == [
        ("192.168.178.11/32", "false"), ("192.168.178.10/32", "true"), ("2001:db8::2/128", "false"), ("2001:db8::1/128", "true"),
    ]  # fmt: skip


def test_an_address_two_devices_claim_is_given_once() -> None:
    tables = _tables(Report([device(10), device(11, addresses=("192.168.178.10",))]))
    assert len(tables["05-devices"]) == 2
    assert len(tables["08-ip-addresses"]) == 1


def test_a_household_and_attackers_could_be_loaded() -> None:
    _check(_tables(household()))
    _check(_tables(attackers()))


@given(reports | attacking)
def test_whatever_devices_say_the_files_could_be_loaded(report: Report) -> None:
    tables = _tables(report)
    _check(tables)
    for row in (row for rows in tables.values() for row in rows):
        assert not any(re.match(r"[=@]|[+-](?![0-9.]+$)", cell) for cell in row.values())


def test_the_same_report_makes_the_same_archive() -> None:
    assert packed(formats()["netbox"], household()) == packed(formats()["netbox"], household())
