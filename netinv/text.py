"""Text from the network is made safe here, once, at the moment it enters."""

import re
import unicodedata

LIMIT = 512
"""The longest text kept, in characters; a DNS name has at most 253, a banner line seldom more than 255."""

# Cc: control (ESC, NUL, newline); Cf: format (bidi overrides, zero-width); Cs: lone surrogates; Co/Cn: private, unassigned;
# Zl/Zp: line and paragraph separators, which some terminals and spreadsheets take for a new line.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(heard: str | bytes, limit: int = LIMIT) -> str:
    """`heard` as one printable line of at most `limit` characters: nothing in it can move a cursor, reorder or hide text.

    Bytes are read as UTF-8, each invalid one as U+FFFD. Unsafe characters become spaces; runs of space become one.
    """
    if isinstance(heard, bytes):
        heard = heard[: limit * 4].decode("utf-8", "replace")
    heard = heard[: limit * 4]
    if heard.isascii() and heard.isprintable():
        return " ".join(heard.split())[:limit].rstrip()
    safe = "".join(" " if unicodedata.category(c) in _UNSAFE else c for c in heard)
    return " ".join(safe.split())[:limit].rstrip()


def masked(url: str) -> str:
    """A URL without the passwords in it; rather too much is hidden than too little."""
    url = re.sub(r"(?<=://)([^:@/]*):.*@", r"\1:***@", url)
    head, mark, words = url.partition("?")
    return head + mark + "&".join(_without_secret(word) for word in words.split("&"))


def _without_secret(word: str) -> str:
    key, mark, _ = word.partition("=")
    return f"{key}{mark}***" if mark and ("%" in key or "pass" in key.lower().replace("passfile", "")) else word
