"""What passes the door as JSON's types, and back: whatever stands in a file is checked against the type it should have.

Bytes are `{"text": ...}` where they are printable ASCII, so that a person can read them, and `{"hex": ...}` otherwise. A named
tuple or a dataclass is an object of those fields that differ from their defaults.
"""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from ipaddress import IPv4Interface, IPv6Interface
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from netinv.model import MAC

DEEPEST: Final = 8
"""How deep values may be nested."""

_PRINTABLE = re.compile(rb"[\t\r\n -~]*")
_REQUIRED: Final = object()


def plain(value: Any) -> Any:
    """A value as JSON's types; TypeError for what is not made of texts, numbers, bytes, and collections of these."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case bytes():
            return {"text": value.decode("ascii")} if _PRINTABLE.fullmatch(value) else {"hex": value.hex()}
        case IPv4Interface() | IPv6Interface():
            return str(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case AbstractSet():
            return sorted(map(plain, value), key=repr)
        case _ if (known := _fields(value)) is not None:
            told = {name: getattr(value, name) for name in known}
            return {name: plain(item) for name, item in told.items() if item != known[name]}
        case Iterable():
            return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot be written down")


def meant(value: Any, hint: Any, deep: int = 0) -> Any:
    """The value of the type `hint` that JSON's types stand for; ValueError where they stand for none."""
    if deep > DEEPEST:
        raise ValueError("nested too deep")
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _either(value, inner, deep)
    if origin is Literal:
        return _checked(value, value in inner if isinstance(value, str | int) else False, "another word")
    if origin is tuple:
        items = _items(value)
        each = [inner[0]] * len(items) if inner[1:] == (...,) else list(inner)
        _checked(value, len(each) == len(items), f"{len(each)} items")
        return tuple(meant(item, kind, deep + 1) for item, kind in zip(items, each, strict=True))
    if origin in (frozenset, AbstractSet):
        return frozenset(meant(item, inner[0], deep + 1) for item in _items(value))
    if origin in (Mapping, dict):
        _checked(value, isinstance(value, dict), "an object")
        return {meant(key, inner[0], deep + 1): meant(item, inner[1], deep + 1) for key, item in value.items()}
    if (known := _defaults(hint)) is not None:
        return _record(value, hint, known, deep)
    return _atom(value, hint)


def can_be_meant(hint: Any, deep: int = 0) -> bool:
    """Whether `meant` knows this type, and all it is made of."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return True
    if deep > DEEPEST:
        return False
    if origin in (Union, UnionType, tuple, frozenset, AbstractSet, Mapping, dict):
        return all(part is ... or can_be_meant(part, deep + 1) for part in inner)
    if _defaults(hint) is not None:
        return all(can_be_meant(part, deep + 1) for part in _hints(hint).values())
    return hint in _ATOMS


_ATOMS: Final = (None, NoneType, bool, int, float, str, bytes, MAC, IPv4Interface, IPv6Interface)


def _atom(value: Any, hint: Any) -> Any:
    if hint in (None, NoneType):
        return _checked(value, value is None, "nothing")
    if hint is bool:
        return _checked(value, isinstance(value, bool), "true or false")
    if hint is int:
        return _checked(value, isinstance(value, int) and not isinstance(value, bool), "a whole number")
    if hint is float:
        number = _checked(value, isinstance(value, int | float) and not isinstance(value, bool), "a number")
        return float(_checked(number, abs(number) < 1e15 and isfinite(number), "a number"))
    if hint is bytes:
        return _bytes(value)
    _checked(value, isinstance(value, str), "a text")
    if hint is str:
        return value
    if hint is MAC:
        return MAC.parse(value)
    if hint in (IPv4Interface, IPv6Interface):
        return hint(value)
    raise ValueError(f"nobody knows what {hint} is")


def _bytes(value: Any) -> bytes:
    _checked(value, isinstance(value, dict) and len(value) == 1, "bytes as text or hex")
    (kind, said), *_ = value.items()
    _checked(value, kind in ("text", "hex") and isinstance(said, str), "bytes as text or hex")
    return bytes.fromhex(said) if kind == "hex" else bytes(said, "ascii")


def _either(value: Any, hints: Iterable[Any], deep: int) -> Any:
    for hint in hints:
        try:
            return meant(value, hint, deep + 1)
        except ValueError as error:
            problem = error
    raise problem


def _record(value: Any, kind: Any, known: Mapping[str, Any], deep: int) -> Any:
    _checked(value, isinstance(value, dict), "an object")
    if strange := sorted(map(str, value.keys() - known.keys())):
        raise ValueError(f"{kind.__name__} has no {strange[0][:40]!r}")
    if missing := [name for name, default in known.items() if default is _REQUIRED and name not in value]:
        raise ValueError(f"{kind.__name__} wants {missing[0]!r}")
    hints = _hints(kind)
    return kind(**{name: meant(item, hints[name], deep + 1) for name, item in value.items()})


def _items(value: Any) -> list[Any]:
    return list(_checked(value, isinstance(value, list), "a list"))


def _checked(value: Any, is_right: bool, wanted: str) -> Any:
    if not is_right:
        raise ValueError(f"wants {wanted}, not {str(value)[:40]!r}")
    return value


def _fields(value: Any) -> Mapping[str, Any] | None:
    kind: Any = type(value)
    return _defaults(kind)


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


@cache
def _defaults(kind: Any) -> Mapping[str, Any] | None:
    """The fields of a named tuple or a dataclass, each with its default; None for any other type."""
    if not isinstance(kind, type):
        return None
    if is_dataclass(kind):
        return {f.name: _REQUIRED if f.default is MISSING else f.default for f in fields(kind) if f.init}
    names = getattr(kind, "_fields", None)
    if issubclass(kind, tuple) and names is not None:
        defaults = getattr(kind, "_field_defaults", {})
        return {name: defaults.get(name, _REQUIRED) for name in names}
    return None
