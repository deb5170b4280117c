"""Addresses at which makers let a device tell what it is; each asked only where the first page shows it is theirs."""

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from netinv.probes.http_message import Response
from netinv.probes.web_page import text_of
from netinv.probes.xml_document import read, text, walk

VALUE = 128
"""Characters kept of a value."""


class Endpoint(NamedTuple):
    """Where to ask, of whom, and which parts of the answer tell something."""

    path: str
    hint: re.Pattern[str]
    """Found in the title, the server's name or a header of the first page."""
    fields: tuple[str, ...]
    """Names of members of a JSON object, or of elements of an XML document."""


def _endpoint(path: str, hint: str, *fields: str) -> Endpoint:
    return Endpoint(path, re.compile(hint, re.IGNORECASE), fields)


ENDPOINTS = (
    # AVM, "jason_boxinfo": https://avm.de/service/schnittstellen/
    _endpoint("/jason_boxinfo.xml", r"\bFRITZ!", "Name", "Version", "HW"),
    # Philips Hue API, "Configuration": told without a key
    _endpoint("/api/config", r"^hue personal wireless|\bhue bridge", "modelid", "swversion"),
    # Shelly, first and second generation: "type", and "model" and "app"
    _endpoint("/shelly", r"\bshelly(?:http|plus|pro)?(?![a-z])|^Mongoose/", "type", "model", "app"),
    # WLED's JSON API
    _endpoint("/json/info", r"^WLED\b", "brand", "product", "ver"),
    # QNAP's login page asks here for its own looks
    _endpoint("/cgi-bin/authLogin.cgi", r"\bQNAP\b|^http server 1\.0$", "displayModelName", "modelName", "version"),
    # Hewlett Packard Enterprise, "RIMP": what an iLO tells without a password
    _endpoint("/xmldata?item=all", r"\biLO\b|Integrated Lights-Out", "SPN", "PN", "FWRI"),
)


def choose(facts: Iterable[tuple[str, str]]) -> Endpoint | None:
    """The endpoint to ask, by what the first page told; None for most devices."""
    said = [value.partition(": ")[2] if key == "http.header" else value for key, value in facts]
    return next((e for e in ENDPOINTS if any(e.hint.search(value) for value in said)), None)


def parse(endpoint: Endpoint, response: Response) -> tuple[tuple[str, str], ...]:
    """What the answer tells: path, a space, field=value."""
    if response.status != 200:
        return ()
    found = _of_json(endpoint, text_of(response)) if response.body.lstrip()[:1] == b"{" else _of_xml(endpoint, response.body)
    return tuple(("http.body", f"{endpoint.path} {name}={found[name][:VALUE]}") for name in endpoint.fields if found.get(name))


def _of_json(endpoint: Endpoint, document: str) -> dict[str, str]:
    try:
        said: Any = json.loads(document)
    except (ValueError, RecursionError):
        return {}
    members = said if isinstance(said, dict) else {}
    return {name: str(members[name]) for name in endpoint.fields if isinstance(members.get(name), str | int)}


def _of_xml(endpoint: Endpoint, document: bytes) -> dict[str, str]:
    root = read(document)
    found: dict[str, str] = {}
    for name, element in walk(root) if root is not None else ():
        if name in endpoint.fields and (value := text(element)):
            found.setdefault(name, value)
    return found
