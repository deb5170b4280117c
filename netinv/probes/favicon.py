"""The icon of a device's first page, by which its maker's software is known even where the page says nothing.

It is told as its MD5, which the collections of such icons have (rapid7/recog, nmap's http-favicon, OWASP's favicon database).
"""

import re
from hashlib import md5

from netinv.probes.http_message import Response
from netinv.probes.web_page import read_head, within

KEY = "http.favicon"
LIMIT = 32 * 1024
"""Bytes; the icons of devices have some hundred to some thousand."""
_USUAL = "/favicon.ico"
"""Where browsers look by themselves."""
_MUTE = re.compile(
    r"(log ?in|sign ?in|log ?on|index|home|welcome|untitled|document|main|web|web (server|interface|management|config\w{0,16}))?",
    re.IGNORECASE,
)
"""Titles that say nothing: only then an icon is looked for that the page does not name."""
_IMAGES = (b"\0\0\1\0", b"\x89PNG\r\n\x1a\n", b"GIF8", b"\xff\xd8\xff", b"BM")
"""How icons begin: ICO, PNG, GIF, JPEG, BMP."""


def place(response: Response, here: str) -> str | None:
    """The path of the icon of the page at the URL `here`, at the same address and port; None if it is not worth asking."""
    if response.status != 200:
        return None
    head = read_head(response)
    if head.icon is not None:
        path = within(here, head.icon)
        return path if path != "/" else None
    return _USUAL if _MUTE.fullmatch(" ".join((head.title or "").split())) and b"<" in response.body else None


def parse(response: Response) -> tuple[tuple[str, str], ...]:
    """The icon's digest; nothing if that is no icon, or not all of it."""
    body = response.body
    is_whole = response.is_whole or ("content-length" not in response.headers and len(body) < LIMIT // 2)
    is_image = body.startswith(_IMAGES) or (b"<svg" in body[:1024] and "svg" in str(response.headers.get("content-type", "")))
    if response.status != 200 or not is_whole or not is_image:
        return ()
    return ((KEY, md5(body, usedforsecurity=False).hexdigest()),)
