import json
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.inventory import rows, verdicts
from netinv.model import Alternative, Detail, Name, Problem, Reason, Traffic, Verdict

TEXT = st.text().map(lambda text: "".join(filter(str.isprintable, text)))
SHARE = st.floats(0, 1)
REASON = st.builds(Reason, rule=TEXT, says=TEXT, weight=st.floats(-9, 9), evidence=st.lists(TEXT, max_size=3).map(tuple))
REASONS = st.lists(REASON, max_size=3).map(tuple)
OTHER = st.builds(Alternative, category=TEXT, kind=TEXT, confidence=SHARE, because=REASONS)
DETAIL = st.builds(Detail, TEXT, TEXT, SHARE, st.lists(TEXT, max_size=2).map(tuple), st.lists(TEXT, max_size=2).map(tuple))
VERDICT = st.builds(
    Verdict,
    category=TEXT,
    kind=TEXT,
    vendor=st.none() | TEXT,
    model=st.none() | TEXT,
    os=st.none() | TEXT,
    confidence=SHARE,
    because=REASONS,
    alternatives=st.lists(OTHER, max_size=3).map(tuple),
    firmware=st.none() | TEXT,
    serial=st.none() | TEXT,
    details=st.lists(DETAIL, max_size=3).map(tuple),
)
COUNT = st.integers(0, 2**40)


@given(VERDICT)
def test_a_verdict_comes_back_whole(verdict: Verdict) -> None:
    assert verdicts.read_verdict(verdicts.verdict_row(verdict)) == verdict


def test_a_verdict_kept_before_there_were_details_is_still_read() -> None:
    assert verdicts.read_verdict('["printer","printer","HP",null,null,0.9,[],[]]') == Verdict(
        "printer", "printer", vendor="HP", confidence=0.9
    )


@given(
    st.lists(st.builds(Name, TEXT, TEXT)).map(tuple),
    st.lists(st.builds(Problem, TEXT, TEXT, st.none() | TEXT)).map(tuple),
    st.builds(Traffic, COUNT, COUNT, st.floats(0, 1e9), COUNT, COUNT),
)
def test_names_problems_and_traffic_come_back_whole(
    names: tuple[Name, ...], problems: tuple[Problem, ...], traffic: Traffic
) -> None:
    assert rows.read_names(rows.names_row(names)) == names
    assert rows.read_problems(rows.problems_row(problems)) == problems
    assert rows.read_traffic(rows.traffic_row(traffic)) == traffic


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_comes_back_to_the_microsecond(moment: datetime) -> None:
    assert rows.moment(rows.microseconds(moment)) == moment


@given(st.frozensets(st.integers(0, 5000)))
def test_a_set_of_numbers_comes_back_whole(numbers: frozenset[int]) -> None:
    assert rows.unpack(rows.pack(numbers)) == numbers


def test_a_thousand_devices_seen_again_are_a_few_bytes() -> None:
    assert len(rows.pack(range(1, 1001))) < 40


def test_a_lying_set_is_not_unpacked_without_end() -> None:
    assert len(rows.unpack(zlib.compress(bytes(1 << 26)))) == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(JSON.map(json.dumps) | st.text() | st.binary() | st.none() | st.integers() | st.floats())
def test_whatever_is_read_is_understood_or_called_damaged(row: object) -> None:
    for read in (
        verdicts.read_verdict, verdicts.read_brief_verdict, verdicts.read_kind, rows.read_texts, rows.read_findings,
        rows.read_names, rows.read_problems, rows.read_traffic,
        rows.text, rows.optional_text, rows.number, rows.moment, rows.unpack,
    ):  # fmt: skip
        try:
            read(row)
        except rows.Damaged:
            continue


@pytest.mark.parametrize("row", ["[" * 100_000, "NaN", '["a","b",null,null,null,NaN,[],[]]', '["a","b",null,null,null,2,[],[]]'])
def test_nonsense_that_is_json_is_damaged(row: str) -> None:
    with pytest.raises(rows.Damaged):
        verdicts.read_verdict(row)


def test_text_is_made_safe_again_when_it_is_read() -> None:
    assert rows.text("a\x1b[31mb\u202ec") == "a [31mb c"


@given(VERDICT)
def test_lists_read_the_first_two_lines_of_a_verdict_alone(verdict: Verdict) -> None:
    row = verdicts.verdict_row(verdict)
    brief = replace(verdict, alternatives=(), details=())
    assert verdicts.read_brief_verdict(row) == brief
    assert verdicts.read_brief_verdict(row.rpartition("\n")[0] + "\nwhatever") == brief


def test_a_verdict_kept_on_one_line_is_still_read() -> None:
    row = (
        '["printer","printer",["HP",null,null,null,"X1"],0.9,[["printer.ipp","It prints.",2.5,["0a1b"]]],'
        '[["other","camera",0.1,[["camera.rtsp","It films.",1.0,["0a1c"]]]]],[["serial","X1",0.9,["web.serial"],["0a1b"]]]]'
    )
    brief = Verdict(
        "printer",
        "printer",
        vendor="HP",
        confidence=0.9,
        because=(Reason("printer.ipp", "It prints.", 2.5, ("0a1b",)),),
        serial="X1",
    )
    other = Alternative("other", "camera", 0.1, (Reason("camera.rtsp", "It films.", 1.0, ("0a1c",)),))
    detail = Detail("serial", "X1", 0.9, ("web.serial",), ("0a1b",))
    assert verdicts.read_verdict(row) == replace(brief, alternatives=(other,), details=(detail,))
    assert verdicts.read_brief_verdict(row) == brief
    assert verdicts.read_kind(row) == "printer"
