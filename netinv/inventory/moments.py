"""Which scan, or since when: what a user's word for a moment means."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from netinv.errors import UsageError
from netinv.inventory.base import ScanSummary
from netinv.text import clean

_AGO = re.compile(r"(\d{1,6}) ?(s|sec|min|m|h|hours?|d|days?|w|weeks?)( ago)?", re.IGNORECASE)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_BACK = re.compile(r"-\d{1,6}")
_SPELLINGS = "7d, 36h, yesterday, today, 2026-03-01, '2026-03-01 12:30' or 12:30"
_SHORTEST = 4
"""Characters of a scan's id that may stand for it."""


def moment_meant(word: str, now: datetime) -> datetime:
    """The beginning of what a word means: `7d` (ago), `yesterday`, `today`, a date, a time, or both; local where none is named.

    `now` is aware. UsageError where the word means no moment.
    """
    word, local = clean(word), now.astimezone()
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if word.lower() in ("now", "today", "yesterday"):
        return {"now": local, "today": midnight, "yesterday": midnight - timedelta(days=1)}[word.lower()]
    if ago := _AGO.fullmatch(word):
        try:
            return now - timedelta(seconds=int(ago[1]) * _UNITS[ago[2][0].lower()])
        except OverflowError as error:
            raise UsageError(f"'{word}' is before all calendars", hint=f"write it as {_SPELLINGS}") from error
    for text in (word, f"{local:%Y-%m-%d} {word}"):
        try:
            at = datetime.fromisoformat(text)
            return at if at.tzinfo else at.astimezone()
        except (ValueError, OverflowError):
            continue
    raise UsageError(f"'{clean(word, 80)}' is no moment", hint=f"write it as {_SPELLINGS}")


def scan_meant(word: str, scans: Sequence[ScanSummary], now: datetime) -> ScanSummary:
    """The scan a word means among `scans`, which are latest first; UsageError if it means none.

    An id or its beginning, `last`, `-1` (the one before the last), `first`, or a moment: the last scan that had begun by then;
    `yesterday`, and a date, is the last of that day, or before.
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
        at = moment_meant(word, now)
    except UsageError as error:
        hint = (
            "an id or its beginning, last, -1, first, or a moment such as yesterday, 7d or 2026-03-01; `netinv scans` lists them"
        )
        raise UsageError(f"no scan is known as '{clean(word, 80)}'", hint=hint) from error
    if word.lower() in ("yesterday", "today") or re.fullmatch(r"[\d-]{8,10}", word):
        at += timedelta(days=1)  # the whole of that day
    if found := [scan for scan in scans if scan.started < at]:
        return max(found, key=lambda scan: scan.started)
    raise UsageError(f"no scan is as old as '{clean(word, 80)}'", hint=f"the first is {_named(scans[-1])}: name it as `first`")


def _named(scan: ScanSummary) -> str:
    return f"{scan.id} of {scan.started.astimezone():%Y-%m-%d %H:%M}"
