"""What the user has set, where it was said, and what is wrong with it: the configuration file and the environment.

The file is `netinv/config.toml` in the XDG configuration directory, under sudo that of the caller, and read as the caller. The
working directory has no say. The environment outranks the file; the command line, which Typer reads, outranks both.
"""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Literal, NamedTuple

from netinv.errors import NetinvError, UsageError
from netinv.privileges import as_caller, caller, config_home, home, is_root
from netinv.settings import SETTINGS, Setting, Value, nearest
from netinv.text import clean

ENVIRONMENT = "NETINV_CONFIG"
"""Names another file, in full; /dev/null stands for none."""
LIMIT = 65_536
"""Bytes of a file that are worth reading."""


class Said(NamedTuple):
    """A value, and who said it."""

    value: Value
    source: Literal["file", "environment"]
    """The one that is nearer to the user, where both have a part in it."""
    where: str
    """`NETINV_RATE`, or `/home/me/.config/netinv/config.toml:3`."""


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
            _check(setting, said)
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
                    _check(setting, said)
                except UsageError as error:
                    yield error

    def strangers(self) -> Iterator[tuple[str, str]]:
        """Variables of the environment that look like settings and are none, each with the one it may be meant for."""
        from difflib import get_close_matches

        known = (ENVIRONMENT, *(setting.environment for setting in SETTINGS.values()))
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
        if not (text := self.environ.get(setting.environment)):
            return there
        try:
            here = Said(setting.read(text), "environment", setting.environment)
        except ValueError as error:
            raise _wrong(setting.environment, setting, text) from error
        return (here, *there) if setting.adds else (here,)


def joined(one: Said, other: Said) -> Said:
    """Two lists, of which neither replaces the other."""
    words = tuple(dict.fromkeys((*_words(one.value), *_words(other.value))))
    return Said(words, one.source, f"{one.where} + {other.where}")


def place(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Where the file is, or would be; None where there is to be none. UsageError where NETINV_CONFIG names no place."""
    named = environ.get(ENVIRONMENT, "")
    if named == os.devnull:
        return None
    if named and not named.startswith("/"):
        hint = f"write it in full, or {os.devnull} for no file"
        raise UsageError(f"{ENVIRONMENT} is no absolute path: {clean(named, 80)}", hint=hint)
    try:
        return Path(named) if named else config_home(environ) / "netinv" / "config.toml"
    except NetinvError:  # nobody's home
        return None


def load(environ: Mapping[str, str] = os.environ) -> Config:
    """Read the file, if there is one. Raises nothing: what is wrong is in its `problems`."""
    path, text = None, None
    try:
        path = place(environ)
        text = _content(path, must_exist=bool(environ.get(ENVIRONMENT))) if path else None
        entries, problems = _parsed(text, path, environ) if path and text else ({}, ())
    except UsageError as error:
        return Config(path, path is not None, {}, (error,), environ)
    return Config(path, text is not None, entries, tuple(problems), environ)


def write(path: Path, text: str) -> None:
    """Make the file, as the caller and for them alone; UsageError where there is one already, or none can be."""
    try:
        with as_caller():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
    except FileExistsError as error:
        raise UsageError(f"there is a {clean(str(path))} already", hint="netinv config show tells what it sets") from error
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"{clean(str(path))} cannot be written: {why}", hint=f"name another place in {ENVIRONMENT}") from error


def _content(path: Path, *, must_exist: bool) -> str | None:
    """The text of the file; None where there is none. UsageError where it cannot, or must not, be read."""
    try:
        with as_caller():
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO would be waited for
    except (FileNotFoundError, NotADirectoryError) as error:
        if must_exist:
            raise _unread(path, "there is no such file", f"see {ENVIRONMENT}") from error
        return None
    except OSError as error:
        raise _unread(path, (error.strerror or str(error)).lower(), "may you read it?") from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        what = "a directory" if stat.S_ISDIR(found.st_mode) else "no file"
        raise _unread(path, f"it is {what}", f"move it away, or name a file in {ENVIRONMENT}")
    with os.fdopen(descriptor, "rb") as stream:
        if is_root():
            _trust(path, found)
        try:
            content = stream.read(LIMIT + 1)
        except OSError as error:
            raise _unread(path, (error.strerror or str(error)).lower(), "may you read it?") from error
    if len(content) > LIMIT:
        raise _unread(path, f"it is larger than {LIMIT // 1024} KiB", "leave out what is no setting")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _unread(path, f"line {line} is not UTF-8", "save it as UTF-8") from error


def _trust(path: Path, found: os.stat_result) -> None:
    """Root does what is written by root or by who called sudo, and by nobody else."""
    user = caller()
    if found.st_uid not in (0, *((user.uid,) if user else ())):
        raise _unread(path, "it belongs to another user, and netinv runs as root", f"chown it, or set {ENVIRONMENT}={os.devnull}")
    if found.st_mode & 0o022:
        raise _unread(path, "others may write to it, and netinv runs as root", f"chmod go-w {clean(str(path))}")


def _unread(path: Path, why: str, hint: str) -> UsageError:
    return UsageError(f"the configuration {clean(str(path))} is not read: {why}", hint=hint)


def _parsed(text: str, path: Path, environ: Mapping[str, str]) -> tuple[dict[str, Said], list[UsageError]]:
    """What the text sets, by setting, and what is wrong with it. UsageError where it is no TOML."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except RecursionError as error:
        raise _unread(path, "it is nested too deeply", _QUOTED) from error
    except ValueError as error:  # not only what tomllib raises: a number may be too long for `int`
        said = re.fullmatch(_TOML_ERROR, str(error), re.DOTALL)
        where = f"{clean(str(path))}:{said['line']}" if said and said["line"] else clean(str(path))
        raise UsageError(f"{where}: this is no TOML: {clean(said['what'] if said else str(error), 200)}", hint=_QUOTED) from error
    lines = _lines(text)
    entries: dict[str, Said] = {}
    problems: list[UsageError] = []
    for name, value in _leaves(document):
        line = lines.get(name) or lines.get(name.partition(".")[0])
        where = f"{clean(str(path))}:{line}" if line else clean(str(path))
        if (setting := SETTINGS.get(name)) is None:
            problems.append(_unknown(where, name, value))
            continue
        try:
            understood = setting.understood(value)
            entries[name] = Said(_anchored(setting, understood, environ), "file", where)
        except ValueError:
            problems.append(_wrong(where, setting, value))
    return entries, problems


# Compiled when they are needed: most have no file.
_TOML_ERROR = r"(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)"
_QUOTED = 'texts are quoted, as in format = "csv"; see toml.io'
_SECTIONS = tuple(dict.fromkeys(name.partition(".")[0] for name in SETTINGS))
_HEADER = r"\s*\[\s*([^\[\]=#]+?)\s*\]"
_KEY = r"\s*([\w\"'.\s-]+?)\s*="


def _lines(text: str) -> dict[str, int]:
    """The line of each key, and of each section; for messages only, since tomllib tells none: what looks like a key is one."""
    lines: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(_HEADER, line):
            section = _bare(header[1])
            lines.setdefault(section, number)
        elif key := re.match(_KEY, line):
            lines.setdefault(f"{section}.{_bare(key[1])}".lstrip("."), number)
    return lines


def _bare(key: str) -> str:
    return re.sub(r"[\"'\s]", "", key)


def _leaves(document: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """`scan.rate` and its value, and so on; what is no section, or one nobody knows, by its own name."""
    for section, content in document.items():
        if isinstance(content, Mapping) and section in _SECTIONS:
            yield from ((f"{section}.{key}", value) for key, value in content.items())
        else:
            yield section, content


def _unknown(where: str, name: str, value: object) -> UsageError:
    """A setting by its own name in another section, else by what it resembles."""
    if isinstance(value, Mapping) and "." not in name:
        return UsageError(f"{where}: there is no section {clean(name, 80)}", hint=nearest(name, _SECTIONS, "sections"))
    key = name.rpartition(".")[2]
    same = [setting.name for setting in SETTINGS.values() if setting.key == key]
    hint = f"did you mean {same[0]}?" if same else nearest(name if "." in name else f"scan.{name}", tuple(SETTINGS), "settings")
    return UsageError(f"{where}: there is no setting {clean(name, 80)}", hint=hint)


def _wrong(where: str, setting: Setting, value: object) -> UsageError:
    try:
        said = "" if setting.is_secret or setting.kind == "place" else f", not {clean(repr(value), 60)}"
    except ValueError:  # a number that is too long to be written down
        said = ""
    return UsageError(f"{where}: {setting.name} has to be {setting.expected}{said}", hint="netinv config show tells all settings")


def _anchored(setting: Setting, value: Value, environ: Mapping[str, str]) -> Value:
    """Paths in a file mean the same wherever netinv is called, and by whom; ValueError for those that do not."""
    if setting.kind == "targets" and any(re.match("@(?!/)", word) for word in _words(value)):
        raise ValueError
    if setting.kind != "place":
        return value
    text = str(value)
    if text.startswith("~/"):
        return str(home(environ) / text[2:])
    if not (text.startswith("/") or "://" in text):
        raise ValueError
    return text


def _check(setting: Setting, said: Said) -> None:
    """UsageError for words that mean nothing."""
    if setting.check is None:
        return
    try:
        for word in _words(said.value):
            setting.check(word)
    except NetinvError as error:
        raise UsageError(f"{said.where}: {setting.name}: {error.message}", hint=error.hint) from error


def _words(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)
