import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.errors import UsageError
from netinv.inventory.moments import moment_meant, scan_meant

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@dataclass
class Saved:
    id: str
    started: datetime


SCANS: Any = tuple(
    Saved(f"{at:%Y%m%dT%H%M%SZ}-{n:06x}", at)
    for n, at in enumerate(NOW - timedelta(hours=hours) for hours in (1, 11, 13, 40, 200))
)


@pytest.mark.parametrize(
    ("word", "at"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("36h", NOW - timedelta(hours=36)),
        ("90 min", NOW - timedelta(minutes=90)),
        ("2 weeks ago", NOW - timedelta(weeks=2)),
        ("yesterday", datetime(2026, 3, 13, tzinfo=UTC)),
        ("today", datetime(2026, 3, 14, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01 12:30", datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-01T12:30:00Z", datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-01T12:30+01:00", datetime(2026, 3, 1, 11, 30, tzinfo=UTC)),
        ("09:15", datetime(2026, 3, 14, 9, 15, tzinfo=UTC)),
        ("two days ago", NOW - timedelta(days=2)),
        ("an hour ago", NOW - timedelta(hours=1)),
        ("3 months ago", NOW - timedelta(days=90)),
        ("-36h", NOW - timedelta(hours=36)),
        ("Yesterday at 18:00", datetime(2026, 3, 13, 18, tzinfo=UTC)),
        ("noon", datetime(2026, 3, 14, 12, tzinfo=UTC)),
        ("13:00", datetime(2026, 3, 13, 13, tzinfo=UTC)),  # not the one to come
        ("saturday", datetime(2026, 3, 14, tzinfo=UTC)),
        ("last Saturday", datetime(2026, 3, 7, tzinfo=UTC)),
        ("fri", datetime(2026, 3, 13, tzinfo=UTC)),
        ("monday 9:30", datetime(2026, 3, 9, 9, 30, tzinfo=UTC)),
        ("this week", datetime(2026, 3, 9, tzinfo=UTC)),
        ("last week", datetime(2026, 3, 2, tzinfo=UTC)),
        ("last month", datetime(2026, 2, 1, tzinfo=UTC)),
        ("last year", datetime(2025, 1, 1, tzinfo=UTC)),
        ("2026-02", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-3-1 9:05", datetime(2026, 3, 1, 9, 5, tzinfo=UTC)),
        ("20260301", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_written_as_people_say_it(word: str, at: datetime) -> None:
    assert moment_meant(word, NOW) == at


@pytest.mark.parametrize(
    ("word", "n"),
    [
        ("last", 0), ("LATEST", 0), ("-0", 0), ("-1", 1), ("-4", 4), ("first", 4), (SCANS[2].id, 2), (SCANS[2].id[:14], 2),
        ("yesterday", 2), ("today", 0), ("12h", 2), ("5d", 4), ("2026-03-13", 2), ("2026-03-12", 3), ("2026-03-11", 4),
        ("02:00", 1), ("friday", 2), ("thursday", 3), ("this week", 0), ("last week", 4), ("yesterday 23:30", 2),
    ],
)  # fmt: skip
def test_a_scan_is_named_by_id_place_or_moment(word: str, n: int) -> None:
    assert scan_meant(word, SCANS, NOW) is SCANS[n]


@pytest.mark.parametrize("word", ["-5", "2026-01-01", "nonsense", "", "2026031", "99999w", "\x1b", "-", "25:99"])
def test_a_word_that_means_no_scan_is_answered_with_a_hint(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        scan_meant(word, SCANS, NOW)
    assert caught.value.hint


@pytest.mark.parametrize(
    "word", ["tomorrow", "next week", "2026-02-30", "0000-01-01", "9999-12", "25:99", "1.3.2026", "last", ""]
)
def test_what_is_no_moment_is_answered_with_the_words_that_are(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        moment_meant(word, NOW)
    assert "yesterday" in (caught.value.hint or "")


def test_a_word_that_is_nearly_one_is_answered_with_that_one() -> None:
    with pytest.raises(UsageError) as caught:
        moment_meant("wensday", NOW)
    assert caught.value.hint == "did you mean wednesday?"


def test_a_day_begins_at_its_own_midnight_where_the_clocks_have_changed_since(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    assert moment_meant("2026-03-28", datetime(2026, 4, 1, 12, tzinfo=UTC)) == datetime(2026, 3, 27, 23, tzinfo=UTC)
    assert moment_meant("yesterday", datetime(2026, 3, 30, 12, tzinfo=UTC)) == datetime(2026, 3, 28, 23, tzinfo=UTC)


def test_without_scans_nothing_is_meant() -> None:
    with pytest.raises(UsageError, match="no scan yet"):
        scan_meant("last", (), NOW)


@given(st.text())
def test_words_of_any_kind_are_understood_or_refused(word: str) -> None:
    try:
        scan_meant(word, SCANS, NOW)
    except UsageError as error:
        assert error.hint  # noqa: PT017 - either is right
