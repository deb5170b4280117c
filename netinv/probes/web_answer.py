"""What an endpoint answers: JSON, XML or lines of `name=value`, of which the parts it is asked for are taken."""

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from netinv.probes.http_message import Response
from netinv.probes.web_endpoints import Endpoint
from netinv.probes.web_page import text_of
from netinv.probes.xml_document import ELEMENTS, read, text, walk

VALUE = 128
"""Characters kept of a value."""
_NOTHING = frozenset({"", "unknown", "none", "null", "n/a", "0"})
_LINE = re.compile(r"^[ \t]*([\w.-]{1,64})[ \t]*=([^\r\n]{0,256})", re.MULTILINE)


def parse(endpoint: Endpoint, response: Response) -> tuple[tuple[str, str], ...]:
    """What the answer tells, first of all that it is one; nothing if it is none."""
    if response.status != 200:
        return ()
    found = _found(endpoint, response)
    if not found.get(next(iter(endpoint.told))):
        return ()
    told: dict[str, str] = {"web.api": endpoint.name}
    for name, key in endpoint.told.items():
        if key and (value := found.get(name, "")).casefold() not in _NOTHING:
            told.setdefault(key, value)
    return tuple(told.items())


def _found(endpoint: Endpoint, response: Response) -> Mapping[str, str]:
    """The first value of each name it is asked for; of JSON the one that is nearest to the root."""
    match response.body.lstrip()[:1]:
        case b"{" | b"[":
            values = _of_json(text_of(response))
        case b"<":
            values = _of_xml(response.body)
        case _:
            values = ((found[1].rpartition(".")[2], found[2]) for found in _LINE.finditer(text_of(response)))
    first: dict[str, str] = {}
    for name, value in values:
        if name in endpoint.told:
            first.setdefault(name, value.strip()[:VALUE])
    return first


def _of_json(document: str) -> Iterator[tuple[str, str]]:
    """Texts and numbers by the names of the members they are, from the root outwards."""
    try:
        said: Any = json.loads(document)
    except (ValueError, RecursionError):
        return
    level = deque([said])
    for _ in range(ELEMENTS):
        if not level:
            return
        match level.popleft():
            case dict() as members:
                for name, value in members.items():
                    if isinstance(value, str | int | float) and not isinstance(value, bool):
                        yield name, str(value)
                level.extend(value for value in members.values() if isinstance(value, dict | list))
            case list() as items:
                level.extend(item for item in items[:ELEMENTS] if isinstance(item, dict | list))


def _of_xml(document: bytes) -> Iterator[tuple[str, str]]:
    """What is written in elements, by their local names, and in attributes, by theirs behind an `@`."""
    root = read(document)
    for name, element in walk(root) if root is not None else ():
        yield name, text(element)
        yield from ((f"@{attribute}", str(value)) for attribute, value in element.attrib.items())
