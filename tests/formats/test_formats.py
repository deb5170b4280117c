"""Every format on the shelf, present and to come: found by itself, named apart, and unmoved by hostile devices."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

from netinv.errors import FormatError
from netinv.formats import Format, Report, Style, by_name, by_suffix, export, formats
from tests.formats.reports import device, household, reports
from tests.formats.written import attackers, written

_PLAIN = Style()
_EVERY = pytest.mark.parametrize("form", formats().values(), ids=list(formats()))


def _written(form: Format, report: Report, style: Style = _PLAIN) -> str:
    return written(form.name, report, style)


def test_the_shelf_holds_what_the_readme_promises() -> None:
    assert {"csv", "json", "jsonl", "table"} <= formats().keys()
    assert list(formats()) == sorted(formats())


def test_names_and_suffixes_are_apart() -> None:
    assert len({form.suffix for form in formats().values()}) == len(formats())
    assert all(form.suffix.startswith(".") and form.summary and name == form.name for name, form in formats().items())


@_EVERY
def test_a_format_is_found_by_its_name_and_by_its_suffix(form: Format) -> None:
    assert by_name(form.name.upper()) is form
    assert by_suffix(f"some.dir/devices{form.suffix.upper()}") is form


@_EVERY
def test_attackers_are_written_too(form: Format) -> None:
    text = _written(form, attackers())
    assert not {c for c in text if c not in "\r\n" and (ord(c) < 32 or 127 <= ord(c) < 160)}


def test_of_the_suffixes_that_fit_the_longest_counts() -> None:
    assert by_suffix("lan.json").name == "json"
    assert by_suffix("lan.prometheus.json").name == "prometheus"
    assert by_suffix("/etc/dnsmasq.d/lan.dnsmasq.conf").name == "dnsmasq"
    assert by_suffix("prometheus.json").name == "json"


@_EVERY
def test_nothing_found_is_written_too(form: Format) -> None:
    _written(form, Report(()))


@_EVERY
def test_every_device_is_written_once(form: Format) -> None:
    text = _written(form, household())
    for one in household().devices:
        assert (str(one.mac) in text or str(one.mac).upper() in text) == form.takes(one)


@_EVERY
@settings(max_examples=30)
@given(report=reports)
def test_whatever_devices_say_the_output_is_unicode_without_controls(form: Format, report: Report) -> None:
    text = _written(form, report, Style(width=80))
    text.encode("utf-8")
    assert not {c for c in text if c not in "\r\n" and (ord(c) < 32 or 127 <= ord(c) < 160)}


@_EVERY
def test_the_order_in_which_devices_were_found_does_not_show(form: Format) -> None:
    found = household()
    assert _written(form, found) == _written(form, Report(found.devices[::-1], found.scan))


@settings(max_examples=30)
@given(reports)
def test_a_streaming_format_writes_a_line_for_a_device(report: Report) -> None:
    for form in (form for form in formats().values() if form.streams):
        assert all(_written(form, Report((one,))).count("\n") == 1 for one in report.devices)


def test_an_unknown_name_or_suffix_is_answered_with_those_there_are() -> None:
    with pytest.raises(FormatError, match="no format is called 'yaml'") as error:
        by_name("yaml")
    assert "ansible, csv, dnsmasq, dot, hosts, html, json, jsonl" in (error.value.hint or "")
    for path in ("devices.yaml", "devices", "devices.csv.gz", ".csv"):
        with pytest.raises(FormatError) as error:
            by_suffix(path)
        assert ".json (json)" in (error.value.hint or "")
        assert "--format" in (error.value.hint or "")


def test_export_writes_a_file_as_its_suffix_says(tmp_path: Path) -> None:
    export([device()], tmp_path / "devices.csv", excel=True)
    assert (tmp_path / "devices.csv").read_bytes().startswith(b"\xef\xbb\xbfip,mac,name,")
    export([device()], tmp_path / "devices", format="jsonl")
    assert (tmp_path / "devices").read_text().startswith('{"ip": "192.168.178.10"')
    export(household().devices, tmp_path / "scan.json", scan=household().scan)
    assert '"scan": {' in (tmp_path / "scan.json").read_text()


def test_the_shelf_is_read_without_rich() -> None:
    program = "import sys, netinv.formats; sys.exit(any(m.split('.')[0] in ('rich', 'typer', 'scapy') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
