"""What the user says of a device, and how it outranks what was heard."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Final

from netinv.errors import UsageError
from netinv.model import YOU, Annotations, Device, Reason, Verdict
from netinv.text import clean

FIELDS: Final = tuple(field.name for field in fields(Annotations))
"""What can be said: `name`, `kind`, `owner`, `location`, `notes`, `tags`, `trusted`."""


_LONGEST: Final = {"name": 255, "owner": 128, "location": 128, "notes": 2000}
_TAG = re.compile(r"[\w.:/@-]{1,64}")
_MOST_TAGS = 64


def checked(said: Annotations) -> Annotations:
    """The same with clean texts and tags in order, empty ones as None; UsageError for what cannot be said."""
    texts = {field: _text(field, text) or None for field in _LONGEST if (text := getattr(said, field)) is not None}
    return saying(said, {**texts, "kind": kind_meant(said.kind) if said.kind else None, "tags": _tags(said.tags)})


def _text(field: str, text: str) -> str:
    """Clean, and whole: what is cut without a word is lost."""
    most = _LONGEST[field]
    if len(whole := clean(text, most + 1)) > most:
        raise UsageError(f"{field} is longer than {most:,} characters", hint="say it shorter")
    return whole


def kind_meant(word: str) -> str:
    """A kind of the vocabulary in any spelling: `Access point`; UsageError names the nearest."""
    from netinv.classification.kinds import hint, kinds

    wanted = clean(word).strip().lower().replace(" ", "_").replace("-", "_")
    if wanted in kinds():
        return wanted
    raise UsageError(f"there is no kind '{clean(word, 80)}'", hint=hint(wanted, kinds()))


def saying(said: Annotations, words: Mapping[str, object]) -> Annotations:
    """The same with other words for some fields, into which `checked` looks."""
    return replace(said, **words)  # type: ignore[arg-type]


def retagged(tags: Iterable[str], words: Iterable[str]) -> tuple[str, ...]:
    """The tags with those of `+x`, `x` or `+x,-y` added and taken away."""
    found = set(tags)
    for word in (word.strip() for listed in words for word in listed.split(",")):
        (found.discard if word.startswith("-") else found.add)(word.lstrip("+-"))
    return _tags(found - {""})


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    found = sorted(set(tags))
    for tag in found:
        if not _TAG.fullmatch(tag):
            raise UsageError(f"'{clean(tag, 80)}' is no tag", hint="a tag is one word of letters, digits and . : / @ _ -")
    if len(found) > _MOST_TAGS:
        raise UsageError(f"{len(found)} tags are too many", hint=f"a device has {_MOST_TAGS} at most")
    return tuple(found)


def annotation_rows(said: Annotations) -> dict[str, str]:
    """What is kept, a text for each field that says something."""
    rows = {field: getattr(said, field) for field in (*_LONGEST, "kind")} | {"tags": " ".join(said.tags)}
    rows["trusted"] = None if said.trusted is None else "yes" if said.trusted else "no"
    return {field: text for field, text in rows.items() if text}


def read_annotations(rows: Mapping[str, str]) -> Annotations:
    """From what is kept, a text for each field."""
    trusted = rows.get("trusted")
    return Annotations(
        name=rows.get("name"),
        kind=rows.get("kind"),
        owner=rows.get("owner"),
        location=rows.get("location"),
        notes=rows.get("notes"),
        tags=tuple(sorted(set(rows.get("tags", "").split()))),
        trusted=None if trusted is None else trusted == "yes",
    )


def annotated(device: Device, said: Annotations) -> Device:
    """The device as its user sees it: name and kind are the user's where he says them, and nothing is surer."""
    name = said.name or device.name
    return replace(
        device, name=name, annotations=said, verdict=_verdict(device.verdict, said.kind) if said.kind else device.verdict
    )


def _verdict(verdict: Verdict, kind: str) -> Verdict:
    from netinv.classification.kinds import category, kinds  # 7 ms that devices nobody annotated do not need

    if kind not in kinds():  # a word of a newer netinv
        return verdict
    because = (Reason(YOU, "you said so", 0.0, ()),)
    return replace(verdict, category=category(kind), kind=kind, confidence=1.0, because=because, alternatives=())
