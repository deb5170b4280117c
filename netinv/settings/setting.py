"""What a setting is: its name in each place where it can be said, and how what is said there is understood."""

from collections.abc import Callable
from typing import Literal, NamedTuple

Kind = Literal["number", "whole", "switch", "word", "words", "place", "path", "targets"]
"""A `place` is a word that may be a path, a `path` always is one, and `targets` are words that may name files; in the file
those have to be absolute."""
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
    content: str = ""
    """The variable that holds what the file of a `path` holds, in the place of its name; it is never shown."""
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
        elif self.kind in ("word", "place", "path") and _is_word(value):
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
    "path": "an absolute path, or one that begins with ~/",
    "targets": "a target or a list of targets, with files as @/absolute/path",
}


def as_text(value: Value) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, tuple) else f"{value:,g}" if isinstance(value, int | float) else value


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value


def nearest(word: str, names: tuple[str, ...], what: str) -> str:
    """A hint for a word there is none of: the name it may be meant for, or all."""
    from difflib import get_close_matches

    near = get_close_matches(word[:80], names, n=1)
    return f"did you mean {near[0]}?" if near else f"{what}: {', '.join(names)}"
