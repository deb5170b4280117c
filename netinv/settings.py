"""What a user can set, each declared once: for the configuration file, the environment, the command line, and the documents."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from netinv.defaults import LISTEN, MOST_RETRIES, PACES, RATE, RETRIES, TIMEOUT
from netinv.errors import UsageError

Kind = Literal["number", "whole", "switch", "word", "words", "place", "targets"]
"""A `place` is a word that may be a path, and `targets` are words that may name files; in the file those have to be absolute."""
Value = float | bool | str | tuple[str, ...]

_TRUE = ("1", "true", "t", "yes", "y", "on")
_FALSE = ("0", "false", "f", "no", "n", "off")
"""As the command line reads them from the environment."""


class Setting(NamedTuple):
    """One thing that can be set. It has no value of its own."""

    name: str
    """As in the file: `scan.rate` is `rate` in the section `[scan]`."""
    kind: Kind
    means: str
    environment: str
    """The variable that sets it, too; a list is parted by spaces there."""
    options: tuple[str, ...]
    """On the command line; the first is what it is called there."""
    metavar: str | None = None
    default: Value | None = None
    """What holds where nobody says anything, if that is a value,"""
    usually: str = ""
    """and in words, if it takes any."""
    low: float = 0
    high: float = 0
    check: Callable[[str], object] | None = None
    """Raises NetinvError for a word there is none of."""
    overruled_by: tuple[str, ...] = ()
    """Parameters of commands that set it aside, where they are said nearer to the user than this one is."""
    adds: bool = False
    """What is said in one place does not replace what is said in another, but comes on top of it."""
    is_secret: bool = False
    example: str = ""
    """A value that makes sense, as TOML."""

    @property
    def key(self) -> str:
        """Its name within its section."""
        return self.name.partition(".")[2]

    @property
    def usual(self) -> str:
        """What holds where nobody says anything, in words; empty where that is nothing."""
        return self.usually or ("" if self.default is None else as_text(self.default))

    @property
    def expected(self) -> str:
        """What a value has to be: `a number of 1 to 60`."""
        if self.kind in ("number", "whole"):
            return f"{_EXPECTED[self.kind]} of {self.low:,g} to {self.high:,.0f}"
        return _EXPECTED[self.kind]

    def understood(self, value: object) -> Value:
        """A value as it stands in the file; ValueError, with no more said, if it is not as `expected`."""
        if self.kind == "switch" and isinstance(value, bool):
            return value
        if self.kind in ("number", "whole") and isinstance(value, (int,) if self.kind == "whole" else (int, float)):
            if not isinstance(value, bool) and self.low <= value <= self.high:  # which no NaN is
                return float(value) if self.kind == "number" else value
        elif self.kind in ("word", "place") and _is_word(value):
            return str(value)
        elif self.kind in ("words", "targets"):
            words = value if isinstance(value, list) else [value]
            if all(map(_is_word, words)):
                return tuple(words)
        raise ValueError

    def read(self, text: str) -> Value:
        """A value as it stands in the environment; ValueError as `understood`."""
        if self.kind == "switch":
            if text.strip().lower() not in (*_TRUE, *_FALSE):
                raise ValueError
            return text.strip().lower() in _TRUE
        if self.kind in ("number", "whole"):
            return self.understood(int(text) if self.kind == "whole" else float(text))
        return self.understood(text.split() if self.kind in ("words", "targets") else text)


_EXPECTED: dict[Kind, str] = {
    "number": "a number",
    "whole": "a whole number",
    "switch": "true or false",
    "word": "a text",
    "words": "a text or a list of texts",
    "place": "an absolute path, one that begins with ~/, or a URL",
    "targets": "a target or a list of targets, with files as @/absolute/path",
}


def as_text(value: Value) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, tuple) else f"{value:,g}" if isinstance(value, int | float) else value


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value


def _pace(name: str) -> None:
    if name not in PACES:
        raise _no("pace", name, tuple(PACES))


def _probe(name: str) -> None:
    from netinv.probes import probes

    names = tuple(probe.name for probe in probes())
    if name not in names:
        raise _no("probe", name, names)


def _target(words: str) -> None:
    from netinv.net.notation import check

    check(words)


def _format(name: str) -> None:
    from netinv.formats import by_name

    by_name(name)


def _sensor(name: str) -> None:
    from netinv.text import clean

    if clean(name, 64) != name:
        raise UsageError("a sensor's name is 64 printable characters at the most", hint="the host name is as good as any")


def _no(what: str, name: str, names: tuple[str, ...]) -> UsageError:
    from netinv.text import clean

    return UsageError(f"there is no {what} '{clean(name, 40)}'", hint=nearest(name, names, f"{what}s"))


def nearest(word: str, names: tuple[str, ...], what: str) -> str:
    """A hint for a word there is none of: the name it may be meant for, or all."""
    from difflib import get_close_matches

    near = get_close_matches(word[:80], names, n=1)
    return f"did you mean {near[0]}?" if near else f"{what}: {', '.join(names)}"


_PACE_NAMED = ("pace", "fast", "gentle")
_QUICK = ("fast", "presence")
SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting(
            "scan.interface", "words", "Scan from this interface", "NETINV_INTERFACE", ("--interface", "-i"), "NAME",
            example='["eth0"]',
        ),
        Setting(
            "scan.exclude", "targets", "Leave these out", "NETINV_EXCLUDE", ("--exclude", "-x"), "TARGET",
            check=_target, adds=True, example='["10.0.0.7", "10.0.0.200-250"]',
        ),
        Setting(
            "scan.pace", "word", "The manners of the scan: gentle, default or fast", "NETINV_PACE", ("--pace",), "NAME",
            default="default", check=_pace, overruled_by=("fast", "gentle"), example='"gentle"',
        ),
        Setting(
            "scan.rate", "number", "Packets a second, in any tenth of a second", "NETINV_RATE", ("--rate",), "PPS",
            default=RATE, low=1, high=1_000_000, overruled_by=_PACE_NAMED, example="150",
        ),
        Setting(
            "scan.retries", "whole", "Ask a silent address N times more, a second apart", "NETINV_RETRIES", ("--retries",), "N",
            default=RETRIES, usually=f"{RETRIES}, up to {MOST_RETRIES} where the link loses", low=0, high=15,
            overruled_by=_PACE_NAMED, example="4",
        ),
        Setting(
            "scan.timeout", "number", "Wait S seconds after the last question", "NETINV_TIMEOUT", ("--timeout",), "S",
            default=TIMEOUT, low=0.05, high=60, overruled_by=_PACE_NAMED, example="2.5",
        ),
        Setting(
            "scan.skip", "words", "Do not ask with this probe", "NETINV_SKIP", ("--skip",), "NAME",
            check=_probe, overruled_by=("probe",), example='["tcp"]',
        ),
        Setting(
            "scan.also", "words", "Ask with this probe too, which is not asked by default: snmp, industrial, tcp-ping",
            "NETINV_ALSO", ("--also",), "NAME", check=_probe, overruled_by=("probe", "passive", *_QUICK), example='["tcp-ping"]',
        ),
        Setting(
            "scan.listen", "number", "Listen for S seconds at least to what devices announce by themselves", "NETINV_LISTEN",
            ("--listen",), "S", usually=f"while asking; with --passive {LISTEN:.0f}", low=0, high=86_400, overruled_by=_QUICK,
            example="30",
        ),
        Setting(
            "scan.sensor", "word", "What this machine is called in an inventory that several share", "NETINV_SENSOR",
            ("--sensor",), "NAME", usually="its host name", check=_sensor, example='"attic"',
        ),
        Setting(
            "snmp.communities", "words", "Ask by SNMP too, with this community, which in the environment nobody else sees",
            "NETINV_COMMUNITY", ("--community",), "NAME", usually="public, with --also snmp",
            overruled_by=("probe", "passive", *_QUICK), is_secret=True, example='["public"]',
        ),
        Setting(
            "output.format", "word", "table, csv, json, html ...; a wrong name is answered with all", "NETINV_FORMAT",
            ("--format", "-f"), "NAME", default="table", check=_format, overruled_by=("as_json", "as_jsonl", "as_csv", "output"),
            example='"csv"',
        ),
        Setting(
            "output.why", "switch", "Show the one telling reason for each verdict in the table", "NETINV_WHY",
            ("--why/--no-why",), default=False, example="true",
        ),
        Setting(
            "store.url", "place", "The inventory: a file, or postgresql://HOST/DATABASE", "NETINV_STORE", ("--store",), "FILE",
            usually="netinv/inventory.db in the XDG data directory", example='"~/lan.db"',
        ),
    )
}  # fmt: skip
"""All, by name, in the order they are shown in."""


def example() -> str:
    """A configuration file that says nothing yet, with a line for each setting."""
    lines = ["# What netinv does unless the command line or the environment says otherwise: see `netinv config show`."]
    section = ""
    for setting in SETTINGS.values():
        if (head := setting.name.partition(".")[0]) != section:
            section = head
            lines += ["", f"[{section}]"]
        usually = f"; usually {setting.usual}" if setting.usual else ""
        lines.append(f"# {f'{setting.key} = {setting.example}':<42}# {setting.means}{usually}")
    return "\n".join(lines) + "\n"
