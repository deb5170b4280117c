"""What of an evidence document is not understood: keys nobody reads and values of another type than its schema promises."""

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import Any, Final

from netinv.classification.vocabulary import key as evidence_key
from netinv.classification.vocabulary import vocabulary
from netinv.formats.json import schema_text
from netinv.text import clean

_NEAR: Final = 0.7
"""How alike a key must be to be taken for a mistyped one."""
_LONGEST: Final = 40
"""Characters of a foreign key that are repeated."""
_SEARCHED: Final = 256
"""Members of one object or list that are looked at; no more of them are read either."""


def misunderstood(evidence: Mapping[str, object]) -> Iterator[str]:
    """Each thing the reader of the `evidence` of a document passes over, in a few words, with the key where it stands."""
    yield from _of_object(evidence, _document()["properties"]["evidence"], "")
    facts = evidence.get("facts")
    for fact in islice(facts if isinstance(facts, list) else [facts], _SEARCHED):
        name = fact.get("key") if isinstance(fact, Mapping) else None
        if isinstance(name, str) and evidence_key(name) is None:
            yield f"facts: no evidence has the key {_named(name, vocabulary())}"


def _of_object(value: Mapping[str, object], schema: Mapping[str, Any], place: str) -> Iterator[str]:
    known = schema.get("properties", {})
    for name, item in islice(value.items(), _SEARCHED):
        if name in known:
            yield from _of(item, known[name], f"{place}{name}")
        elif other := schema.get("additionalProperties"):
            yield from _of(item, other, f"{place}{clean(name, _LONGEST)}")
        else:
            yield f"nothing is read under {_named(name, known, place)}"


def _of(value: object, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    """As the reader does, take a list for each of its members, and one thing for a list of one."""
    schema = _of_one(schema)
    wanted = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    told: set[str] = set()
    for item in islice(value, _SEARCHED) if isinstance(value, list) else (value,):
        found = _TYPES.get(type(item), "null")
        if found not in wanted and not (found == "integer" and "number" in wanted) and item is not None:
            if (said := f"{place} is {_said(found, value, wanted[0])} is read") not in told:
                told.add(said)
                yield said
        elif isinstance(item, Mapping):
            yield from _of_object(item, schema, f"{place}.")


def _said(found: str, value: object, wanted: str) -> str:
    """What there is, and where what else is wanted; fractions and whole numbers are told apart where that is the fault."""
    is_fraction = found == "number" and wanted == "integer"
    there = "a fraction" if is_fraction else _SAID[found]
    if isinstance(value, list) and found != "array":
        there = f"a list with {there} in it"
    return f"{there} where {'a whole number' if is_fraction else _SAID[wanted]}"


def _of_one(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of one thing, where it is one of many or a reference."""
    if "$ref" in schema:
        return _of_one(_document()["$defs"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:  # one, or a list of them
        return _of_one(schema["anyOf"][0])
    return _of_one(schema["items"]) if "items" in schema else schema


_TYPES: Final = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}
_SAID: Final = {
    "string": "text",
    "boolean": "true or false",
    "integer": "a number",
    "number": "a number",
    "object": "an object",
    "array": "a list within a list",
    "null": "nothing",
}


def _named(name: str, known: Iterable[str], place: str = "") -> str:
    near = get_close_matches(name[:_LONGEST], list(known), n=1, cutoff=_NEAR)
    return f"'{place}{clean(name, _LONGEST)}'" + (f" (did you mean {near[0]}?)" if near else "")


@cache
def _document() -> Mapping[str, Any]:
    schema: dict[str, Any] = json.loads(schema_text("evidence"))
    return schema
