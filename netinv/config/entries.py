"""What the configuration file sets, line by line, and what is wrong with it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from netinv.config.file import unread
from netinv.errors import NetinvError, UsageError
from netinv.privileges import home
from netinv.settings import SETTINGS, Setting, Value, nearest
from netinv.text import clean


class Said(NamedTuple):
    """A value, and who said it."""

    value: Value
    source: Literal["file", "environment"]
    """The one that is nearer to the user, where both have a part in it."""
    where: str
    """`NETINV_RATE`, or `/home/me/.config/netinv/config.toml:3`."""

    @property
    def is_content(self) -> bool:
        """What the file would hold is said there, and not repeated: the value is empty, as no other is."""
        return self.value == ""


def joined(one: Said, other: Said) -> Said:
    """Two lists, of which neither replaces the other."""
    words = tuple(dict.fromkeys((*words_of(one.value), *words_of(other.value))))
    return Said(words, one.source, f"{one.where} + {other.where}")


def parsed(text: str, path: Path, environ: Mapping[str, str]) -> tuple[dict[str, Said], list[UsageError]]:
    """What the text sets, by setting, and what is wrong with it. UsageError where it is no TOML."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except RecursionError as error:
        raise unread(path, "it is nested too deeply", _QUOTED) from error
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
            problems.append(wrong(where, setting, value))
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


def wrong(where: str, setting: Setting, value: object) -> UsageError:
    """That a value cannot be, which is repeated unless that may give away a secret."""
    try:
        said = "" if setting.is_secret or setting.kind in ("place", "path") else f", not {clean(repr(value), 60)}"
    except ValueError:  # a number that is too long to be written down
        said = ""
    return UsageError(f"{where}: {setting.name} has to be {setting.expected}{said}", hint="netinv config show tells all settings")


def _anchored(setting: Setting, value: Value, environ: Mapping[str, str]) -> Value:
    """Paths in a file mean the same wherever netinv is called, and by whom; ValueError for those that do not."""
    if setting.kind == "targets" and any(re.match("@(?!/)", word) for word in words_of(value)):
        raise ValueError
    if setting.kind not in ("place", "path"):
        return value
    text = str(value)
    if text.startswith("~/"):
        return str(home(environ) / text[2:])
    if not (text.startswith("/") or (setting.kind == "place" and "://" in text)):
        raise ValueError
    return text


def check(setting: Setting, said: Said) -> None:
    """UsageError for words that mean nothing."""
    if setting.check is None:
        return
    try:
        for word in words_of(said.value):
            setting.check(word)
    except NetinvError as error:
        raise UsageError(f"{said.where}: {setting.name}: {error.message}", hint=error.hint) from error


def words_of(value: Value) -> tuple[str, ...]:
    """The words of a list; any other value as one."""
    return value if isinstance(value, tuple) else (str(value),)
