"""Evidence documents: what was observed of one device, as JSON from anywhere, to the evidence rules listen to.

The schema is `netinv schema evidence`. A document is hostile: whatever it holds, what can be understood is taken, within limits,
and the rest is passed over.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from netinv.model import Evidence
from netinv.text import clean

_MOST = 256
"""Pieces of evidence taken from one document."""
_LONGEST = 512
"""Characters of one value that are read."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When it was heard, for a document says nothing of it."""

_ADDRESS: Final = ""
"""Where it was heard, likewise."""


def evidence_of(document: object) -> tuple[Evidence, ...]:
    """The evidence in the `evidence` object of a document; ValueError, in a few words, where it is none."""
    if not isinstance(document, Mapping):
        raise ValueError("`evidence` is no object")
    found: dict[tuple[str, str], None] = {}
    for key, value in _facts(document):
        text = clean(value[: 2 * _LONGEST], _LONGEST)
        if text:
            found.setdefault((key, text))
        if len(found) >= _MOST:
            break
    return tuple(Evidence(_ADDRESS, key, value, "document", _EVER) for key, value in found)


Facts = Iterator[tuple[str, str]]


def _facts(document: Mapping[object, object]) -> Facts:
    for name, read in _PARTS.items():
        if (part := document.get(name)) is not None:
            yield from read(part)


def _text(value: object) -> str | None:
    """A text, or a number written as one."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _texts(key: str) -> Callable[[object], Facts]:
    """Reads a text, or a list of texts, as values of `key`."""

    def read(part: object) -> Facts:
        for item in _list(part):
            if (text := _text(item)) is not None:
                yield key, text

    return read


def _fields(keys: Mapping[str, str]) -> Callable[[object], Facts]:
    """Reads an object, or a list of objects, whose fields are values of `keys`."""

    def read(part: object) -> Facts:
        for item in _list(part):
            if isinstance(item, Mapping):
                for field, key in keys.items():
                    yield from _texts(key)(item.get(field))

    return read


def _list(part: object) -> Iterable[object]:
    if part is None:
        return ()
    return part[:_MOST] if isinstance(part, list) else (part,)


def _mdns(part: object) -> Facts:
    for item in _list(part):
        if not isinstance(item, Mapping):
            continue
        kind = (_text(item.get("type")) or "").strip().removesuffix(".").removesuffix(".local")
        if kind:
            yield "mdns.service", kind
        if name := _text(item.get("name")):
            bare = name.removesuffix(".").removesuffix(".local")
            yield "mdns.instance", bare if not kind or bare.endswith(kind) else f"{bare}.{kind}"
        yield from _texts("mdns.hostname")(item.get("hostname"))
        txt = item.get("txt")
        for field, value in list(txt.items())[:_MOST] if isinstance(txt, Mapping) else ():
            text = _text(value)
            held = str(field) if not text else f"{field}={text}"
            yield "mdns.txt", f"{kind} {held}" if kind else held


_SSDP = _fields({"st": "ssdp.st", "nt": "ssdp.st", "server": "ssdp.server", "usn": "ssdp.usn", "location": "ssdp.location",
                 "user_agent": "ssdp.user-agent"})  # fmt: skip
_UPNP = _fields({
    "deviceType": "upnp.device-type", "manufacturer": "upnp.manufacturer", "modelName": "upnp.model",
    "modelNumber": "upnp.model-number", "modelDescription": "upnp.description", "friendlyName": "upnp.friendly-name",
    "serialNumber": "upnp.serial",
})  # fmt: skip


def _ssdp(part: object) -> Facts:
    for item in _list(part):
        if not isinstance(item, Mapping):
            continue
        # Who only searches (an M-SEARCH bears a USER-AGENT and an ST, UPnP 2.0, 1.3.2) names what it looks for, not what it is.
        is_search = item.get("user_agent") and not any(item.get(field) for field in ("server", "usn", "location", "description"))
        yield from _SSDP({field: value for field, value in item.items() if not is_search or field != "st"})
        yield from _UPNP(item.get("description"))


_WEB = _fields({"server": "http.server", "title": "http.title", "realm": "http.realm", "favicon": "http.favicon"})


def _http(part: object) -> Facts:
    yield from _WEB(part)
    for item in _list(part):
        headers = item.get("headers") if isinstance(item, Mapping) else None
        for field, value in list(headers.items())[:_MOST] if isinstance(headers, Mapping) else ():
            if (text := _text(value)) is not None:
                yield from _header(str(field).casefold(), text)


def _header(name: str, value: str) -> Facts:
    if name == "server":
        yield "http.server", value
    elif name == "www-authenticate" and 'realm="' in value:
        yield "http.realm", value.partition('realm="')[2].partition('"')[0]
    else:
        yield "http.header", f"{name}: {value}"


def _dhcp(part: object) -> Facts:
    for item in _list(part):
        if isinstance(item, Mapping):
            yield from _fields(
                {"hostname": "dhcp.hostname", "vendor_class": "dhcp.vendor-class", "user_class": "dhcp.user-class"}
            )(item)
            options = [text for option in _list(item.get("param_list")) if (text := _text(option)) is not None]
            if options:
                yield "dhcp.options", ",".join(options)


def _facts_as_they_are(part: object) -> Facts:
    for item in _list(part):
        if isinstance(item, Mapping):
            key, value = _text(item.get("key")), _text(item.get("value"))
            if key and value is not None:
                yield clean(key, 64), value


_PARTS: Final[Mapping[str, Callable[[object], Facts]]] = {
    "mac": _texts("mac"),
    "dhcp": _dhcp,
    "mdns": _mdns,
    "ssdp": _ssdp,
    "snmp": _fields({"sysDescr": "snmp.sysdescr", "sysObjectID": "snmp.sysobjectid", "sysName": "snmp.sysname"}),
    "http": _http,
    "ssh": _texts("ssh.banner"),
    "telnet": _texts("telnet.banner"),
    "ftp": _texts("ftp.banner"),
    "smtp": _texts("smtp.banner"),
    "sip": _fields({"server": "sip.server", "user_agent": "sip.user-agent"}),
    "rtsp": _texts("rtsp.server"),
    "ntp": _texts("ntp.system"),
    "pjl": _texts("pjl.id"),
    "smb": _fields({"native_os": "smb.os", "native_lm": "smb.lanman"}),
    "tls": _fields({"subject": "tls.subject", "issuer": "tls.issuer"}),
    "facts": _facts_as_they_are,
}
"""How each part of a document is read; `facts` are netinv's own, as the `evidence` of its JSON has them."""
