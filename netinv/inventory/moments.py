"""Which scan, or since when: what a user's word for a moment means.

A word has a beginning and an end here, since a scan is named by the end of a day and news by its beginning. dateparser (1.5)
knows more words, and makes one moment of each: of `2026-02` today's day in it, of `last month` this hour a month ago.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches

from netinv.errors import UsageError
from netinv.inventory.base import ScanSummary
from netinv.text import clean

_AGO = re.compile(
    r"-?(\d{1,6}|an?|one|two|three|four|five|six) ?"
    r"(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|mo|months?|y|years?)( ago)?"
)
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_SECONDS = {"mo": 30 * 86400, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 365 * 86400}
"""By how the unit begins; the first that fits."""
_CLOCK = re.compile(r"(?:(.+?)(?:,? at |,? |t))?(noon|midnight|\d{1,2}:\d\d(?::\d\d)?)")
_DATE = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = ("week", "month", "year")
_BACK = re.compile(r"-\d{1,6}")
_SPELLINGS = "7d, '2 days ago', yesterday, monday, 'last week', 2026-03-01, '2026-03-01 12:30' or 12:30"
_SHORTEST = 4
"""Characters of a scan's id that may stand for it."""


def moment_meant(word: str, now: datetime) -> datetime:
    """The beginning of what a word means: `7d` (ago), `yesterday`, `monday`, `last week`, a date, a time, or both.

    Local where no zone is named; a weekday or a time alone is the last there was. `now` is aware. UsageError where the word
    means no moment.
    """
    return _span(word, now)[0]


def scan_meant(word: str, scans: Sequence[ScanSummary], now: datetime) -> ScanSummary:
    """The scan a word means among `scans`, which are latest first; UsageError if it means none.

    An id or its beginning, `last`, `-1` (the one before the last), `first`, or a moment: the last scan that had begun by then;
    of `yesterday`, a date or another word for some time, by its end.
    """
    word = clean(word)
    if not scans:
        raise UsageError("there is no scan yet", hint="run `netinv scan` first")
    if word.lower() in ("last", "latest", "now"):
        return scans[0]
    if word.lower() == "first":
        return scans[-1]
    if _BACK.fullmatch(word):
        if -int(word) < len(scans):
            return scans[-int(word)]
        raise UsageError(f"there are only {len(scans)} scans", hint=f"the first is {_named(scans[-1])}")
    if len(word) >= _SHORTEST and (found := [scan for scan in scans if scan.id.lower().startswith(word.lower())]):
        if len(found) == 1:
            return found[0]
        if scan := next((scan for scan in found if scan.id.lower() == word.lower()), None):
            return scan
        raise UsageError(f"'{word}' means {len(found)} scans", hint=f"the last two are {_named(found[0])} and {_named(found[1])}")
    try:
        end = _span(word, now)[1]
    except UsageError as error:
        hint = (
            "an id or its beginning, last, -1, first, or a moment such as yesterday, 7d or 2026-03-01; `netinv scans` lists them"
        )
        raise UsageError(f"no scan is known as '{clean(word, 80)}'", hint=hint) from error
    if found := [scan for scan in scans if scan.started < end]:
        return max(found, key=lambda scan: scan.started)
    raise UsageError(f"no scan is as old as '{clean(word, 80)}'", hint=f"the first is {_named(scans[-1])}: name it as `first`")


def _span(word: str, now: datetime) -> tuple[datetime, datetime]:
    """When what a word means begins and ends; of a moment both are the same."""
    shown, said, local = clean(word, 80), " ".join(clean(word).lower().split()), now.astimezone()
    try:
        if said == "now":
            return local, local
        if ago := _AGO.fullmatch(said):
            number = _NUMBERS.get(ago[1]) or int(ago[1])
            then = now - timedelta(seconds=number * next(each for unit, each in _SECONDS.items() if ago[2].startswith(unit)))
            return then, then
        if days := _days(said, local.date()):
            return _midnight(days[0]), _midnight(days[1])
        if at := _at_time(said, local) or _iso(said):
            return at, at
    except (OverflowError, ValueError) as error:  # February 30, or the year 0
        raise UsageError(f"there is no day or time '{shown}'", hint=f"write it as {_SPELLINGS}") from error
    near = get_close_matches(said, ("yesterday", "today", *_WEEKDAYS), n=1, cutoff=0.8)
    hint = f"did you mean {near[0]}?" if near else f"write it as {_SPELLINGS}"
    raise UsageError(f"'{shown}' is no moment", hint=hint)


def _days(said: str, today: date) -> tuple[date, date] | None:
    """The first day of what is meant, and the day after the last; None for what is no day, week, month or year."""
    day = timedelta(days=1)
    if said in ("today", "yesterday"):
        first = today if said == "today" else today - day
        return first, first + day
    if found := _DATE.fullmatch(said):
        year, month = int(found[1]), int(found[2])
        if not found[3]:
            return date(year, month, 1), _month_after(year, month)
        first = date(year, month, int(found[3]))
        return first, first + day
    which, _, period = said.rpartition(" ")
    if which not in ("", "this", "last"):
        return None
    if weekday := next((name for name in _WEEKDAYS if period in (name, name[:3])), None):
        back = (today.weekday() - _WEEKDAYS.index(weekday)) % 7
        first = today - timedelta(days=back or (7 if which == "last" else 0))
        return first, first + day
    if not which or period not in _PERIODS:
        return None
    begun = {
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }[period]
    if which == "this":
        return begun, today + day
    before = begun - day
    return {"week": begun - 7 * day, "month": before.replace(day=1), "year": before.replace(month=1, day=1)}[period], begun


def _month_after(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def _at_time(said: str, local: datetime) -> datetime | None:
    """A time of day, of the day named; without one it is the last time it was that late."""
    found = _CLOCK.fullmatch(said)
    if not found:
        return None
    days = _days(found[1] or "today", local.date())
    if not days or days[1] - days[0] > timedelta(days=1):
        return None
    clock = {"noon": "12:00", "midnight": "00:00"}.get(found[2], found[2])
    hour, minute, second = map(int, f"{clock}:00".split(":")[:3])
    at = datetime.combine(days[0], time(hour, minute, second)).astimezone()
    if not found[1] and at > local:
        return datetime.combine(days[0] - timedelta(days=1), at.time()).astimezone()
    return at


def _iso(said: str) -> datetime | None:
    """ISO 8601 in its other forms: with a zone, a fraction, or without dashes."""
    try:
        at = datetime.fromisoformat(said.upper())
    except ValueError:
        return None
    return at if at.tzinfo else at.astimezone()


def _midnight(day: date) -> datetime:
    """When the day begins here: its own offset from UTC, not today's."""
    return datetime.combine(day, time()).astimezone()


def _named(scan: ScanSummary) -> str:
    return f"{scan.id} of {scan.started.astimezone():%Y-%m-%d %H:%M}"
