"""The table: what stands in it at each width, and that nothing a device says can disturb it."""

import io
import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from netinv.formats import Report, Style, formats
from netinv.model import MAC, Annotations, Finding, Reason, Verdict
from tests.formats.reports import SLEEPY, device, household, reports, scan, texts

_PLAIN = Style()
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def _written(report: Report, style: Style = _PLAIN) -> str:
    stream = io.StringIO()
    formats()["table"].write(report, stream, style)
    return stream.getvalue()


def _lines(width: int | None, why: bool = False) -> list[str]:
    return _written(household(), Style(width=width, why=why)).splitlines()


def _line(word: str, width: int | None, why: bool = False) -> str:
    return next(line for line in _lines(width, why) if word in line)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_the_table_fits_the_terminal_and_is_aligned(width: int) -> None:
    lines = _lines(width)
    assert max(map(cell_len, lines)) <= width
    kind = lines[0].index("KIND")
    for row in (line for line in lines if "192.168.178." in line):
        assert len(_at(row, kind - 2, kind).strip()) == 0
        assert row.startswith(("new 192.", "    192."))


def test_devices_are_grouped_and_counted() -> None:
    headings = [line for line in _lines(80) if re.fullmatch(r"\w+ \(\d+\)", line)]
    assert headings == ["Routers (2)", "Printers (2)", "Computers (5)", "Other (9)", "Unknown (2)"]


def test_more_room_shows_more() -> None:
    titles = {width: _lines(width)[0].split() for width in (40, 80, 120, 200)}
    assert titles == {
        40: ["ADDRESS", "NAME", "KIND"],
        80: ["ADDRESS", "NAME", "KIND", "SURE", "VENDOR"],
        120: ["ADDRESS", "NAME", "KIND", "SURE", "VENDOR", "MODEL", "MAC"],
        200: ["ADDRESS", "NAME", "KIND", "SURE", "VENDOR", "MODEL", "OS", "MAC", "RTT", "WHY"],
    }


def test_new_devices_are_marked_by_a_word() -> None:
    marked = [line for line in _lines(40) if line.startswith("new ")]
    assert len(marked) == 3
    assert marked[0].split()[1] == "192.168.178.32"


def test_nothing_is_cut_where_there_is_no_terminal() -> None:
    text = "\n".join(_lines(None))
    assert "…" not in text
    assert "\x1b" not in text
    assert "陽子のiPad" in text
    assert "30:05:5c:8e:41:90" in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_the_reason_has_a_column_where_it_fits_and_else_a_line_if_asked_for() -> None:
    assert "it is the gateway of the default route" in _line("fritz.box", 200)
    assert "it is the gateway" not in "\n".join(_lines(80))
    lines = _lines(80, why=True)
    row = next(number for number, line in enumerate(lines) if "fritz.box" in line)
    assert lines[row + 1] == "      it is the gateway of the default route"
    assert "it is the gateway of the default route" in _line("fritz.box", None, why=True)


def test_the_strongest_reason_is_the_one_shown() -> None:
    reasons = (Reason("a", "weak", 0.5, ()), Reason("b", "strong", 3.0, ()), Reason("c", "against", -4.0, ()))
    text = _written(Report([device(verdict=Verdict("computer", "server", confidence=1.0, because=reasons))]), Style(why=True))
    assert "strong" in text
    assert "weak" not in text


def test_findings_stand_under_the_closing_line_and_are_wrapped() -> None:
    conflict = Finding("address_conflict", "2 devices answer for 192.168.178.20: one and the other", hint="look for both")
    report = Report(household().devices, scan(findings=(conflict, SLEEPY)))
    lines = _written(report).splitlines()
    assert lines[-2:] == [
        "warning: 2 devices answer for 192.168.178.20: one and the other (look for both)",
        "info: one address answered only when asked again (nothing need be done)",
    ]
    narrow = _written(report, Style(width=52)).splitlines()
    assert narrow[-4:] == [
        "warning: 2 devices answer for 192.168.178.20: one",
        "  and the other (look for both)",
        "info: one address answered only when asked again",
        "  (nothing need be done)",
    ]


def test_of_many_findings_the_first_are_shown_and_the_others_counted() -> None:
    lines = _written(Report([], scan(findings=(SLEEPY,) * 30))).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "and 21 more findings; --json has them all"


def test_no_verdict_is_shown_as_certain() -> None:
    text = _written(Report([device(verdict=Verdict("computer", "server", confidence=1.0))]))
    assert "99%" in text


def test_the_scanning_machine_is_pointed_out() -> None:
    assert "thinkpad-t14 (you)" in _line("192.168.178.24", 200)


def test_further_addresses_of_the_same_family_are_counted() -> None:
    several = device(
        addresses=("10.0.0.1", "10.0.0.2", "10.0.0.3", "fe80::1"), macs=(MAC("02:00:00:00:00:01"), MAC("02:00:00:00:00:02"))
    )
    text = _written(Report([several]))
    assert "10.0.0.1 +2 " in text
    assert "02:00:00:00:00:01 +1 " in text


def test_a_link_local_address_is_not_counted_beside_one_that_is_good_for_more() -> None:
    text = _written(Report([device(addresses=("2001:db8::40", "fe80::1"))]))
    assert "2001:db8::40 " in text
    assert "+1" not in text


def test_an_address_is_the_last_thing_to_be_cut() -> None:
    long = "2001:db8:1234:5678:9abc:def0:1234:5678"
    named = device(addresses=(long,), name="a-rather-long-name-for-a-device", vendor="Long Vendor Name of America")
    assert long in _written(Report([named]), Style(width=80))


def test_no_colour_is_used_unless_asked_for() -> None:
    plain, coloured = _written(household(), Style(width=80)), _written(household(), Style(width=80, color=True))
    assert "\x1b" not in plain
    assert _ESCAPES.sub("", coloured) == plain
    assert coloured != plain


def test_an_empty_network_gets_a_line() -> None:
    assert _written(Report([])) == "no devices\n"


def test_a_device_of_which_nothing_is_known_is_still_a_row() -> None:
    bare = device(addresses=(), macs=(), name=None, vendor=None, verdict=Verdict(), rtt_ms=None, is_new=True)
    assert "\nnew -\n" in _written(Report([bare]))


@settings(max_examples=50)
@given(reports, st.none() | st.integers(1, 250), st.booleans(), st.booleans())
def test_whatever_devices_say_the_table_stays_a_table(report: Report, width: int | None, color: bool, why: bool) -> None:
    text = _ESCAPES.sub("", _written(report, Style(width=width, color=color, why=why)))
    assert {unicodedata.category(c) for c in text.replace("\n", "")}.isdisjoint(_UNPRINTABLE)
    if width:
        assert all(cell_len(line) <= max(width, 40) for line in text.splitlines())
    assert sum(line.startswith("new ") for line in text.splitlines()) == sum(d.is_new for d in report.devices)


@given(texts)
@example("\U0001f3fb")  # takes no cells by itself: a reason nobody can see is no line
def test_no_text_of_a_device_can_move_the_cursor(text: str) -> None:
    verdict = Verdict("computer", text, None, text, text, 0.9, (Reason("a", text, 1.0, ()),))
    written = _written(Report([device(addresses=(text,), name=text, vendor=text, verdict=verdict)]), Style(why=True))
    assert {unicodedata.category(c) for c in written.replace("\n", "")}.isdisjoint(_UNPRINTABLE)
    assert written.count("\n") == 6


@given(texts)
def test_a_name_is_never_read_as_markup(name: str) -> None:
    text = _written(Report([device(name=f"[bold]{name}[/bold]")]), Style(width=200))
    assert "[bold]" in text


def test_who_is_gone_and_whose_kind_was_set_are_told_apart() -> None:
    told = replace(device(11).verdict, because=(Reason("you", "you said so", 0.0, ()),), confidence=1.0)
    set_by_you = device(11, verdict=told, annotations=Annotations(kind="server"))
    lines = _written(Report([device(10, presence="gone"), set_by_you]), Style(width=80)).splitlines()
    assert lines[lines.index("Gone (1)") + 1].startswith("    192.168.178.10 ")
    assert " you " in lines[lines.index("Computers (1)") + 1]


def test_the_closing_line_breaks_between_statements() -> None:
    closing = _lines(80)[-3:]
    assert closing == [
        "20 devices: 2 routers, 2 printers, 5 computers, 9 other, 2 unknown · 3 new",
        "asked 254 addresses by ARP in 3.9 s, 640 frames (peak 300/s, mean 162/s)",
        "could not ask: DNS",
    ]


def _at(row: str, start: int, stop: int) -> str:
    """What stands in these cells of the terminal."""
    cells = ""
    for character in row:
        cells += character + "\0" * (cell_len(character) - 1)
    return cells[start:stop].replace("\0", "")
