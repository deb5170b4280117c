"""What a user's words for addresses mean: networks, ranges, addresses, host names, and files of such words."""

import re
import socket
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from netinv.errors import TargetError
from netinv.net.ranges import Range, block
from netinv.text import clean

NOTATION = "write 10.0.0.0/24, 10.0.0.1-50, 10.0.0.1-10.0.1.5, 10.0.0.7, a host name, or @FILE with such words"
FILE_LIMIT = 1 << 20
"""Bytes in an `@file`: room for the 65,536 addresses of a /16, one a line."""
NAME_LIMIT = 64
"""Addresses taken of one host name."""

Resolve = Callable[[str], Iterable[str]]
"""From a host name to its IPv4 addresses; OSError where there are none."""


class Meaning(NamedTuple):
    """Some of what a word means."""

    block: Range
    shown: str
    """What errors call the word."""
    is_network: bool = False

    @property
    def hosts(self) -> Range:
        """Without a network's own and its broadcast address, except of a /31 (RFC 3021) and /32."""
        first, last = self.block
        return (first + 1, last - 1) if self.is_network and last - first > 1 else self.block


def resolve(name: str) -> tuple[str, ...]:
    """The IPv4 addresses of a host name, by the system's resolver and with its patience; OSError if it has none."""
    found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_DGRAM)
    return tuple(str(address[0]) for *_, address in found)


def split(arguments: Iterable[str]) -> list[str]:
    """The words in arguments that may hold several, parted by spaces or commas."""
    return [word for argument in arguments for word in argument.replace(",", " ").split()]


def read(words: Iterable[str], resolve: Resolve = resolve) -> Iterator[Meaning]:
    """What words mean, in their order; a host name is resolved once. Raises TargetError, and nothing else, whatever the words."""

    @cache
    def look_up(name: str) -> tuple[str, ...]:
        return tuple(islice(resolve(name), NAME_LIMIT))

    for word in words:
        if not word.startswith("@"):
            yield from _understood(word, clean(word, 80) or "?", look_up)
            continue
        name = clean(word[1:], 120)
        for number, line in enumerate(_lines(word[1:], name), 1):
            for inner in split([line.partition("#")[0]]):
                # Errors name the place and not the content: under sudo, the file may be one its reader may not see.
                yield from _understood(inner, f"{name}, line {number}", look_up)


def check(words: str) -> None:
    """TargetError for words that can mean nothing; files are read, and no host name is resolved."""
    for _ in read(split([words]), lambda _: ("0.0.0.0",)):  # noqa: S104 - an answer like any other
        pass


_NAME = re.compile(r"(?=.{1,254}$)(?!-)[\w-]{1,63}(\.[\w-]{1,63})*\.?")


def _lines(path: str, name: str) -> list[str]:
    try:
        with Path(path).expanduser().open("rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except (OSError, ValueError, RuntimeError) as error:  # ValueError: a null character; RuntimeError: no such home
        reason = clean(getattr(error, "strerror", None) or str(error))
        raise TargetError(f"cannot read target file '{name}': {reason}", hint="write @ and the path of a text file") from error
    if len(data) > FILE_LIMIT:
        raise TargetError(f"target file '{name}' is larger than 1 MiB", hint="list networks or ranges, not single addresses")
    return data.decode("utf-8-sig", "replace").splitlines()


def _understood(word: str, shown: str, look_up: Callable[[str], tuple[str, ...]]) -> list[Meaning]:
    left, dash, right = word.partition("-")
    if word.startswith("@"):
        raise TargetError(f"{shown}: a target file cannot name another", hint="name both files on the command line")
    if _is_ipv6(word):
        raise TargetError(f"{shown}: IPv6 targets cannot be scanned yet", hint="name IPv4 addresses or networks")
    try:
        if "/" in word:
            return [Meaning(block(IPv4Network(word, strict=False)), shown, is_network=True)]
        if _is_numeric(word):
            return [Meaning(_ends(word, word, shown), shown)]
        if dash and _is_numeric(left) and "." in left:  # `10-0-0-5.lan` is a name
            return [Meaning(_ends(left, right, shown), shown)]
    except ValueError as error:
        raise TargetError(f"{shown}: not a target", hint=NOTATION) from error
    if not _NAME.fullmatch(word):
        raise TargetError(f"{shown}: not a target", hint=NOTATION)
    try:
        found = [Meaning(_ends(address, address, shown), shown) for address in look_up(word)]
    except (OSError, ValueError) as error:  # ValueError: a label that is no IDNA, an answer that is no address
        reason = clean(getattr(error, "strerror", None) or "not a valid name")
        raise TargetError(f"cannot resolve {shown}: {reason}", hint="check the name, or write the IPv4 address") from error
    if not found:
        raise TargetError(f"cannot resolve {shown}: it has no IPv4 address", hint="write the IPv4 address")
    return found


def _is_numeric(text: str) -> bool:
    return text.replace(".", "").isdecimal()


def _is_ipv6(word: str) -> bool:
    """An address as such, in brackets, with a zone or prefix length, or at the beginning of a range."""
    try:
        IPv6Address(re.split(r"[]%/-]", word.removeprefix("["), maxsplit=1)[0])
    except ValueError:
        return False
    return True


def _ends(left: str, right: str, shown: str) -> Range:
    first = IPv4Address(left)
    last = IPv4Address(f"{left.rpartition('.')[0]}.{right}" if right.isdecimal() else right)
    if last < first:
        raise TargetError(f"{shown}: the range ends before it begins", hint=f"write the lower address first: {last}-{first}")
    return int(first), int(last)
