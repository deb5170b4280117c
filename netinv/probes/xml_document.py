"""XML from strangers: no entities, no document types, bounded; by local names, since devices misspell their namespaces."""

from collections.abc import Iterator
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

ELEMENTS = 4096
"""Looked at in one document."""
TEXT = 512


def read(document: bytes) -> Any | None:
    """The root element; None for what is not well-formed, or would make its reader work for it."""
    try:
        return fromstring(document.strip(b"\0 \t\r\n"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):  # LookupError: an encoding nobody knows
        return None


def walk(element: Any) -> Iterator[tuple[str, Any]]:
    """Every element from this one on, with its local name, as far as is reasonable."""
    for count, each in enumerate(element.iter()):
        if count >= ELEMENTS:
            return
        if isinstance(each.tag, str):  # else a comment
            yield local(each.tag), each


def children(element: Any) -> Iterator[tuple[str, Any]]:
    """The elements right within this one, with their local names."""
    for count, each in enumerate(element):
        if count >= ELEMENTS:
            return
        if isinstance(each.tag, str):
            yield local(each.tag), each


def text(element: Any) -> str:
    """What is written right within an element."""
    return (element.text or "")[: TEXT * 4].strip()[:TEXT]


def local(tag: str) -> str:
    """`device` of `{urn:schemas-upnp-org:device-1-0}device`."""
    return tag.rpartition("}")[2]
