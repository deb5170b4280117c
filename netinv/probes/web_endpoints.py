"""Addresses at which makers let a device tell what it is without a password, each asked only of whom something hints at.

To add one, add it to `data/web_endpoints.toml`, and a rule that listens to its name as `web.api`
(`classification/data/rules/web-apis.toml`).
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

PAGE = ("http.title", "http.server", "http.realm", "http.header")
SSDP = ("ssdp.server", "ssdp.st", "ssdp.user-agent", "upnp.manufacturer", "upnp.model")
NAMES = ("mdns.hostname", "dhcp.hostname", "dns.ptr")
SERVICE = "mdns.service"
PORT = "tcp.8009"
"""Of Google Cast, which is hint enough; other ports may be anybody's."""
HEARS = frozenset({*PAGE, *SSDP, *NAMES, SERVICE, PORT})
_LONGEST = 512
"""Characters of a fact in which a hint is sought."""


class Endpoint(NamedTuple):
    """Where to ask, of whom, and which parts of the answer tell what."""

    name: str
    """What `web.api` tells of who answers there."""
    path: str
    told: Mapping[str, str]
    """Evidence keys by the member of a JSON object, the element of an XML document, its `@attribute`, or the name before a `=`.
    Without the first of them it is no such answer; of several with one key the first counts."""
    ports: tuple[int, ...] = (80, 443)
    """Tried in this order, those known to be open first."""
    page: str = ""
    """What a first page of it shows in its title, its server's name, a realm or another header."""
    ssdp: str = ""
    """What it says of itself by SSDP and UPnP."""
    called: str = ""
    """How the host names begin that it is born with."""
    services: tuple[str, ...] = ()
    """Types of services only it announces by mDNS."""
    port: str = ""
    """An open port that is a hint by itself, as evidence."""


def _read() -> tuple[Endpoint, ...]:
    document = files("netinv.probes").joinpath("data", "web_endpoints.toml").read_text("utf-8")
    return tuple(Endpoint(**_frozen(table)) for table in tomllib.loads(document)["endpoint"])


def _frozen(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}


_TABLE = _read()
ENDPOINTS: Mapping[str, Endpoint] = {f"{each.name} {each.path}": each for each in _TABLE}
"""Each by what it is hinted at by."""
TELLS = tuple(dict.fromkeys(("web.api", *(key for each in _TABLE for key in each.told.values() if key))))

_HINTS = tuple(
    (hint, keys, pattern)
    for hint, each in ENDPOINTS.items()
    for keys, pattern in (
        (PAGE, each.page),
        (SSDP, each.ssdp),
        (NAMES, each.called and f"^{each.called}"),
        ((SERVICE,), "|".join(f"^{re.escape(service)}$" for service in each.services)),
        ((each.port.partition("=")[0],), each.port and f"^{each.port.partition('=')[2]}$"),
    )
    if pattern
)


@lru_cache(4096)
def hints(key: str, value: str) -> tuple[str, ...]:
    """Which endpoints a fact makes it worth asking; none for most."""
    said = (value.partition(": ")[2] if key == "http.header" else value)[:_LONGEST]
    return tuple(hint for hint, keys, pattern in _HINTS if key in keys and _compiled(pattern).search(said))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """30 ms for all of them, which only who hears such a fact should wait for."""
    return re.compile(pattern, re.IGNORECASE)
