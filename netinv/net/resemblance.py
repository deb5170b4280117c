"""How far two questions are the same but for random identifiers, and an answer to the one made an answer to the other."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from netinv.net.plain import meant, plain

_APART: Final = 4
"""Bytes alike that end a difference: two random identifiers agree in some bytes by chance."""
_TELLING: Final = 4
"""Bytes of an identifier that is found wherever it stands in the answer."""
_OTHER: Final = 1000


class Span(NamedTuple):
    """Bytes that differ."""

    at: int
    was: bytes
    now: bytes


class Resemblance(NamedTuple):
    """Ordered: the smaller, the more alike."""

    differences: int
    first: int
    """Where they begin; identifiers stand early."""
    size: int
    spans: tuple[Span, ...] = ()


def is_bytes(told: Any) -> bool:
    """Whether this is how `plain` writes bytes."""
    return isinstance(told, dict) and len(told) == 1 and next(iter(told)) in ("text", "hex")


def resemblance(was: Mapping[str, Any], now: Mapping[str, Any]) -> Resemblance:
    """How far the arguments of two questions agree."""
    found = [_compare(was.get(name), value) for name, value in now.items()]
    return Resemblance(
        sum(r.differences for r in found),
        min((r.first for r in found if r.differences), default=0),
        sum(r.size for r in found),
        tuple(span for r in found for span in r.spans),
    )


def adapted(told: Any, difference: Resemblance) -> Any:
    """An answer, as JSON's types, to the question that was, made one to the question that is."""
    if not difference.spans:
        return told
    if is_bytes(told):
        return plain(_put(meant(told, bytes), difference.spans))
    if isinstance(told, dict):
        return {name: adapted(item, difference) for name, item in told.items()}
    return [adapted(item, difference) for item in told] if isinstance(told, list) else told


def _compare(was: Any, now: Any) -> Resemblance:
    if was == now:
        return Resemblance(0, 0, 0)
    if is_bytes(was) and is_bytes(now):
        return _compare_bytes(meant(was, bytes), meant(now, bytes))
    if isinstance(was, list) and isinstance(now, list):
        apart = len(set(map(str, was)) ^ set(map(str, now)))
        return Resemblance(apart, 0, apart)
    return Resemblance(1, 0, 1)


def _compare_bytes(was: bytes, now: bytes) -> Resemblance:
    if len(was) != len(now):
        return Resemblance(_OTHER, 0, abs(len(was) - len(now)))
    apart = [at for at, (one, other) in enumerate(zip(was, now, strict=True)) if one != other]
    ends: list[list[int]] = []
    for at in apart:
        if ends and at - ends[-1][1] <= _APART:
            ends[-1][1] = at
        else:
            ends.append([at, at])
    spans = (Span(first, was[first : last + 1], now[first : last + 1]) for first, last in ends)
    return Resemblance(len(ends), apart[0], len(apart), tuple(spans))


def _put(answer: bytes, spans: tuple[Span, ...]) -> bytes:
    for at, was, now in spans:
        if answer[at : at + len(was)] == was:
            answer = answer[:at] + now + answer[at + len(was) :]
        elif len(was) >= _TELLING:
            answer = answer.replace(was, now)
    return answer
