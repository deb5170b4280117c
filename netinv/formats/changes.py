"""A change as a person reads it, and as JSON."""

from netinv.formats.base import stamp
from netinv.formats.words import percent, spoken
from netinv.model import YOU, Change, Link
from netinv.text import clean

MOST = 16
"""Addresses, ports and the like told in a sentence; of the rest only how many they are."""
_LISTS = {"addresses": "address", "macs": "MAC", "ports": "port", "tags": "tag"}
_WORDS = {"os": "system"}


def sentence(change: Change) -> str:
    """`back`, `address 10.0.0.30 -> 10.0.0.31`, `port 3389 opened`, `owner: Anna (you)`."""
    said = _said(change)
    return f"{said} (you)" if change.by == "you" else said


def linked(link: Link) -> str:
    """`da:a1:19:00:00:03 and 00:11:32:01:02:03: both gave ssh.hostkey ..., 99% sure`."""
    one, other, value = clean(link.one), clean(link.other), clean(link.value)
    if link.kind == YOU:
        return f"{one} and {other}: you said so"
    return f"{one} and {other}: both gave {clean(link.kind)} {value}, {percent(link.strength)} sure"


def change_object(change: Change) -> dict[str, object]:
    """As JSON's types: a member of `changes` in every document."""
    return {
        "at": stamp(change.at),
        "device": change.device,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "by": change.by,
        "sensor": change.sensor or None,
    }


def _said(change: Change) -> str:
    if change.field in _LISTS:
        added, removed = ("opened", "closed") if change.field == "ports" else ("added", "gone")
        return _listed(_LISTS[change.field], change.before or "", change.after or "", added, removed)
    said = spoken if change.field == "kind" else clean
    before, after = said(change.before or ""), said(change.after or "")
    match change.field:
        case "device":
            return "first seen"
        case "presence":
            return "gone: asked again and again, it kept silent" if after == "gone" else "back"
        case "network":
            return f"seen in {after or 'another network'}, no longer in {before or 'the former'}"
        case "joined":
            return f"turned out to be {before} as well"
        case "parted":
            return f"is not {after}"
        case field:
            word = _WORDS.get(field, spoken(field))
            return (
                f"{word} {before} -> {after}"
                if before and after
                else f"{word}: {after}"
                if after
                else f"{word} {before}: no more"
            )


def _listed(word: str, before: str, after: str, added: str, removed: str) -> str:
    """What came and what went of a list; only what is told of it is shortened, since half a list is another list."""
    was, now = before.split(", ") if before else [], after.split(", ") if after else []
    new, old = _without(now, was), _without(was, now)
    if len(new) == 1 and len(old) == 1 and word != "port":
        return f"{word} {clean(old[0])} -> {clean(new[0])}"
    told = [f"{word} {_some(items)} {what}" for items, what in ((new, added), (old, removed)) if items]
    return "; ".join(told) or f"{word} as before, in another order"


def _without(items: list[str], others: list[str]) -> list[str]:
    known = set(others)
    return [item for item in items if item not in known]


def _some(items: list[str]) -> str:
    told = ", ".join(map(clean, items[:MOST]))
    return f"{told} and {len(items) - MOST:,} more" if len(items) > MOST else told
