"""What the user has set, where it was said, and what is wrong with it: the configuration file and the environment.

The file is `netinv/config.toml` in the XDG configuration directory, under sudo that of the caller, and read as the caller. The
working directory has no say. The environment outranks the file; the command line, which Typer reads, outranks both.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import NamedTuple

from netinv.config.entries import Said, check, joined, parsed, wrong
from netinv.config.file import ENVIRONMENT, LIMIT, content, place, write
from netinv.errors import UsageError
from netinv.settings import SETTINGS, Setting
from netinv.text import clean

__all__ = ["ENVIRONMENT", "LIMIT", "Config", "Said", "load", "place", "write"]


class Config(NamedTuple):
    """The file as it was read, and the environment."""

    path: Path | None
    """Where the file is, or would be; None where there is to be none."""
    exists: bool
    entries: Mapping[str, Said]
    """What the file sets, by the name of the setting."""
    problems: tuple[UsageError, ...]
    """All that is wrong with the file."""
    environ: Mapping[str, str]

    def said(self, setting: Setting) -> Said | None:
        """What holds for a setting unless the command line says otherwise; None where nobody has said anything.

        UsageError for a value that cannot be; `problems` of the file are not told here.
        """
        told = self._told(setting)
        return reduce(joined, told) if told else None

    def checked(self, setting: Setting) -> Said | None:
        """The same for whoever goes by it: UsageError also for anything wrong with the file, and for words that mean nothing."""
        if self.problems:
            raise self.problems[0]
        told = self._told(setting)
        for said in told:
            check(setting, said)
        return reduce(joined, told) if told else None

    def faults(self) -> Iterator[UsageError]:
        """All that is wrong, in the file and in the environment."""
        yield from self.problems
        for setting in SETTINGS.values():
            try:
                told = self._told(setting)
            except UsageError as error:
                yield error
                continue
            for said in told:
                try:
                    check(setting, said)
                except UsageError as error:
                    yield error

    def strangers(self) -> Iterator[tuple[str, str]]:
        """Variables of the environment that look like settings and are none, each with the one it may be meant for."""
        from difflib import get_close_matches

        settings = SETTINGS.values()
        known = (ENVIRONMENT, *(name for each in settings for name in (each.environment, each.content) if name))
        for name in sorted(self.environ):
            if name.startswith("NETINV_") and name not in known and (near := get_close_matches(name, known, n=1, cutoff=0.8)):
                yield clean(name, 80), near[0]

    @property
    def is_open(self) -> bool:
        """Whether others may read the file."""
        try:
            return bool(self.path and self.exists and stat.S_IMODE(self.path.stat().st_mode) & 0o044)
        except OSError:
            return False

    def _told(self, setting: Setting) -> tuple[Said, ...]:
        """Who says what holds: the nearest to the user, and where it adds up everybody. UsageError as `said`."""
        there = (self.entries[setting.name],) if setting.name in self.entries else ()
        text = self.environ.get(setting.environment)
        if setting.content and self.environ.get(setting.content, "").strip():
            if text:
                both = f"{setting.environment} and {setting.content} contradict each other"
                raise UsageError(both, hint="unset one of them")
            return (Said("", "environment", setting.content),)
        if not text:
            return there
        try:
            here = Said(setting.read(text), "environment", setting.environment)
        except ValueError as error:
            raise wrong(setting.environment, setting, text) from error
        return (here, *there) if setting.adds else (here,)


def load(environ: Mapping[str, str] = os.environ) -> Config:
    """Read the file, if there is one. Raises nothing: what is wrong is in its `problems`."""
    path, text = None, None
    try:
        path = place(environ)
        text = content(path, must_exist=bool(environ.get(ENVIRONMENT))) if path else None
        entries, problems = parsed(text, path, environ) if path and text else ({}, ())
    except UsageError as error:
        return Config(path, path is not None, {}, (error,), environ)
    return Config(path, text is not None, entries, tuple(problems), environ)
