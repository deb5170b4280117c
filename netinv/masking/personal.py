"""What messages give away of people besides names of devices: sessions, logins, mail addresses, telephone numbers, homes.

Found by the form in which such things stand. What is nobody's (a role, an algorithm, a file of a site) is left where it is.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple


class Found(NamedTuple):
    """Something personal, as it was spelled."""

    value: bytes
    is_whole: bool
    """It is hidden as it is, like a number; otherwise word by word, as names are."""


# RFC 6265, 4.1.1 and 4.2.1; RFC 9110, 11.6. What they hold is up to the end of the line.
_HEADER: Final = re.compile(
    rb"(?im)^(set-cookie|cookie|(?:proxy-)?authorization|(?:www|proxy)-authenticate)[ \t]*:([^\r\n\0]{1,4096})"
)
_PAIR: Final = re.compile(rb"([\w.!$%&'*+^`|~-]{1,64})[ \t]*=[ \t]*(?:\"([^\"]{0,1024})\"|([^;,\s\"]{1,1024}))")
_BEARER: Final = re.compile(rb"^[ \t]*(?:basic|bearer|negotiate|ntlm)[ \t]+([\w.~+/=-]{6,})[ \t]*$", re.IGNORECASE)
_ATTRIBUTES: Final = frozenset({b"path", b"domain", b"expires", b"max-age", b"samesite", b"priority", b"version", b"comment"})
_OF_PERSON: Final = frozenset({b"nonce", b"cnonce", b"opaque", b"response", b"username", b"nextnonce"})
"""Parameters of a challenge or its answer (RFC 7616, 3.3 and 3.4) that are one device's, session's or person's."""

_HOME: Final = re.compile(rb"(?i)(?:[/\\](?:users?|home|profiles?|members?|people)[/\\]|[/\\]~)([^/\\?#&;\"'<>\s\0-\x1f:]{3,64})")
_SECRET: Final = re.compile(
    rb"(?i)\b(?:passw(?:or)?d|passwd|pwd|passphrase|secret|api-?_?key|token|session_?id|sid|login|user(?:_?name)?)\"?[=:]\"?"
    rb"([^\s\"'&;,<>(){}\0-\x1f]{4,128})"
)
_MAIL: Final = re.compile(rb"(?i)(?<![\w.+-])([a-z0-9][\w.+-]{1,63})@((?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24})(?![\w-])")
_PHONE: Final = re.compile(
    rb"(?i)(?<![\w.+-])(?:\+[1-9]\d?[\d ()/.-]{5,20}\d|tel:\+?[\d()/.-]{5,20}\d"
    rb"|\(?0\d{2,5}(?:\) ?| ?/ ?|[ -])\d[\d -]{3,12}\d)(?![\w.:/-])"
)
_DIGITS: Final = range(8, 16)
"""Of a telephone number; with its country at most fifteen (ITU-T E.164, 6.1)."""
_ALGORITHMS: Final = (b"openssh.com", b"libssh.org", b"ssh.com", b"liu.se", b"tinyssh.org", b"gnu.org", b"putty.projects")
"""Domains below which names of algorithms stand (RFC 4251, 6), which look like mail addresses."""
_NOBODY: Final = frozenset(
    b"""admin administrator root guest user users info support service webmaster postmaster hostmaster noreply no-reply contact
    sales office mail login logout signin signup register index home main default public static assets images image img css js
    scripts lib api app icons fonts undefined null none true false deleted password passwd""".split()
)
_FILE: Final = re.compile(rb"(?i)\.(?:html?|php|asp|cgi|js|css|png|gif|jpe?g|svg|ico|json|xml|lua|sh)$")


def personal(data: bytes) -> Iterator[Found]:
    """Everything in a message that is somebody's by its form."""
    for header in _HEADER.finditer(data):
        yield from _of_header(header[1].lower(), header[2])
    for home in _HOME.finditer(data):
        if not _FILE.search(home[1]) and home[1].lower() not in _NOBODY:
            yield Found(home[1], is_whole=False)
    for secret in _SECRET.finditer(data):
        if re.search(rb"\d", secret[1]) and not secret[1].isdigit() and secret[1].lower() not in _NOBODY:
            yield Found(secret[1], is_whole=True)
    for mail in _MAIL.finditer(data):
        if not mail[2].lower().endswith(_ALGORITHMS):
            if mail[1].lower() not in _NOBODY:
                yield Found(mail[1], is_whole=False)
            yield Found(mail[2], is_whole=False)
    for phone in _PHONE.finditer(data):
        if sum(48 <= c <= 57 for c in phone[0]) in _DIGITS:
            yield Found(phone[0], is_whole=True)


def _of_header(name: bytes, value: bytes) -> Iterator[Found]:
    is_cookie, is_challenge = name.endswith(b"cookie"), name.endswith(b"authenticate")
    if not is_cookie and (bearer := _BEARER.match(value)):
        yield Found(bearer[1], is_whole=True)
        return
    for pair in _PAIR.finditer(value):
        told, said = pair[1].lower(), pair[2] or pair[3] or b""
        is_somebodys = told not in _ATTRIBUTES if is_cookie else told in _OF_PERSON if is_challenge else told != b"realm"
        if is_somebodys and said.lower() not in _NOBODY:
            yield Found(said, is_whole=True)
