"""What the first page of a device tells of it: its title, its makers' headers, and where it sends whoever looks for it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from netinv.probes.http_message import Response, literal

TELLS = ("http.title", "http.server", "http.realm", "http.header", "http.body")
END_OF_HEAD = b"</head"
"""Nothing after it is read."""
TEXT = 512
"""Characters kept of anything."""
COOKIES = 4
"""Whose names are kept; their values differ from day to day."""
_TELLING = ("x-powered-by", "x-generator", "x-aspnet-version", "x-jenkins", "x-plex-protocol")
"""Headers that name software."""
_META = ("generator", "application-name")
_REALM = re.compile(r'realm\s*=\s*(?:"((?:[^"\\]|\\.){0,512})"|([^\s",]{1,512}))', re.IGNORECASE)
"""RFC 9110, 11.5."""
_REFRESH = re.compile(r"""\s*\d{1,4}\s*[;,]\s*url\s*=\s*['"]?([^'"]{1,512})""", re.IGNORECASE)
_CHARSETS = frozenset(
    {"gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "windows-1251", "koi8-r", "iso-8859-2"}
)
"""In which devices write that do not write UTF-8; other names of codecs are not followed into Python's tables."""
_STEP = 1024

Facts = Iterator[tuple[str, str]]


class Head(HTMLParser):
    """Reads as far as the end of the head."""

    def __init__(self) -> None:
        super().__init__()
        self.title: str | None = None
        self.meta: list[tuple[str, str]] = []
        self.refresh: str | None = None
        self.icon: str | None = None
        self.is_over = False
        self._is_in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title" and self.title is None:
            self.title, self._is_in_title = "", True
        elif tag == "body":
            self.is_over = True
        elif tag == "link":
            said = {name: value or "" for name, value in attrs}
            if self.icon is None and "icon" in said.get("rel", "").lower().split():
                self.icon = said.get("href", "")[:TEXT]
        elif tag == "meta":
            said = {name: value or "" for name, value in attrs}
            name, content = said.get("name", "").lower(), said.get("content", "")[:TEXT]
            if name in _META and content and len(self.meta) < len(_META):
                self.meta.append((name, content))
            if said.get("http-equiv", "").lower() == "refresh" and (found := _REFRESH.match(content)):
                self.refresh = found[1].strip()

    def handle_endtag(self, tag: str) -> None:
        self._is_in_title &= tag != "title"
        self.is_over |= tag == "head"

    def handle_data(self, data: str) -> None:
        if self._is_in_title and self.title is not None and len(self.title) < TEXT:
            self.title += data[:TEXT]


def parse(response: Response) -> tuple[tuple[str, str], ...]:
    """What an answer tells, each once. The title is told of a page that is one, and not of one that says it is not there."""
    return tuple(dict.fromkeys(_facts(response)))


def onward(response: Response, address: str, port: int, *, is_secure: bool) -> str | None:
    """The path the answer sends on to, if that is at the same address and port; else None: there somebody else may listen."""
    location = str(response.headers.get("location", "")) if 300 <= response.status < 400 else read_head(response).refresh
    path = location and within(f"{'https' if is_secure else 'http'}://{literal(address)}:{port}/", location)
    return path if path and path != "/" else None


def within(here: str, location: str) -> str | None:
    """The path `location` leads to from the page `here`, a URL with address and port, if that is at the same; else None."""
    if len(location) > TEXT or not location.isascii() or not location.isprintable() or " " in location:
        return None  # nothing in it can become a line of its own in the request
    try:
        place, to = urlsplit(here), urlsplit(urljoin(here, location))
        is_here = ip_address(to.hostname or "") == ip_address(place.hostname or "")
        to_port = to.port or {"http": 80, "https": 443}.get(to.scheme)
    except ValueError:  # a name that somebody would have to be asked for, among others
        return None
    is_here = is_here and to_port == place.port and to.scheme == place.scheme
    return f"{to.path or '/'}{'?' if to.query else ''}{to.query}" if is_here else None


def text_of(response: Response) -> str:
    """The body as text: UTF-8, or what the answer says it is, or Latin-1 as Windows has it."""
    try:
        return response.body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(response.body) - 3:  # cut within a character
            return response.body[: error.start].decode("utf-8")
    named = (response.headers.get_content_charset("") or "").lower()
    return response.body.decode(named if named in _CHARSETS else "windows-1252", "replace")


def _facts(response: Response) -> Facts:
    headers = response.headers
    if server := _header(response, "server"):
        yield "http.server", server
    for challenge in headers.get_all("www-authenticate", [])[:4]:
        if (realm := _REALM.search(str(challenge)[: 2 * TEXT])) and (said := realm[1] or realm[2]):
            yield "http.realm", re.sub(r"\\(.)", r"\1", said)
    for name in _TELLING:
        if value := _header(response, name):
            yield "http.header", f"{name}: {value}"
    for cookie in headers.get_all("set-cookie", [])[:COOKIES]:
        if name := str(cookie).partition("=")[0].strip()[:64]:
            yield "http.header", f"set-cookie: {name}"
    if 300 <= response.status < 400 and (path := _path(_header(response, "location"))):
        yield "http.header", f"location: {path}"
    if response.status == 200:
        head = read_head(response)
        if head.title and (title := " ".join(head.title.split())[:TEXT]):
            yield "http.title", title
        for name, content in head.meta:
            yield "http.body", f"{name}={content}"


def _header(response: Response, name: str) -> str:
    return str(response.headers.get(name, ""))[:TEXT].strip()


def _path(location: str) -> str:
    """Where a redirect leads within a device, without what may differ from day to day; empty for its root."""
    try:
        return urlsplit(location).path.strip("/") and urlsplit(location).path
    except ValueError:
        return ""


def read_head(response: Response) -> Head:
    """The head of a page, as far as it can be read."""
    head = Head()
    text = text_of(response)
    try:
        for start in range(0, len(text), _STEP):
            head.feed(text[start : start + _STEP])
            if head.is_over:
                break
    except (AssertionError, ValueError):  # Python's parser of markup has its doubts about some
        pass
    return head
