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
    import time

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
    ],
)
def test_a_moment_is_written_as_people_say_it(word: str, at: datetime) -> None:
    assert moment_meant(word, NOW) == at


@pytest.mark.parametrize(
    ("word", "n"),
    [
        ("last", 0), ("LATEST", 0), ("-0", 0), ("-1", 1), ("-4", 4), ("first", 4), (SCANS[2].id, 2), (SCANS[2].id[:14], 2),
        ("yesterday", 2), ("today", 0), ("12h", 2), ("5d", 4), ("2026-03-13", 2), ("2026-03-12", 3), ("2026-03-11", 4),
        ("02:00", 1),
    ],
)  # fmt: skip
def test_a_scan_is_named_by_id_place_or_moment(word: str, n: int) -> None:
    assert scan_meant(word, SCANS, NOW) is SCANS[n]


@pytest.mark.parametrize("word", ["-5", "2026-01-01", "nonsense", "", "2026031", "99999w", "\x1b", "-", "25:99"])
def test_a_word_that_means_no_scan_is_answered_with_a_hint(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        scan_meant(word, SCANS, NOW)
    assert caught.value.hint


def test_without_scans_nothing_is_meant() -> None:
    with pytest.raises(UsageError, match="no scan yet"):
        scan_meant("last", (), NOW)


@given(st.text())
def test_words_of_any_kind_are_understood_or_refused(word: str) -> None:
    try:
        scan_meant(word, SCANS, NOW)
    except UsageError as error:
        assert error.hint  # noqa: PT017 - either is right
