"""The addresses to scan: a set that stays small however many they are, and the limits on what is scanned unasked."""

import socket
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from itertools import islice
from typing import Self

from netinv.errors import TargetError
from netinv.net.notation import NOTATION, Meaning, Resolve, read, resolve, split
from netinv.net.ranges import Range, block, common, gaps, merged, networks, spelled
from netinv.text import clean

LARGE = 1024
"""More addresses than this (a /22) need `--large`."""
HUGE = 65_536
"""More addresses than this (a /16) need `--huge`."""


@dataclass(frozen=True, slots=True)
class Targets:
    """A set of IPv4 addresses, iterated as text in ascending order; a /8 takes no more memory than a /24."""

    ranges: tuple[Range, ...] = ()
    """First and last addresses as integers; ascending, neither overlapping nor touching."""
    text: str = ""
    """The same in the user's notation: `10.0.0.0/24, 10.1.0.5`."""
    _asked: tuple[Range, ...] = field(default=(), repr=False, compare=False)
    _excluded: tuple[Range, ...] = field(default=(), repr=False, compare=False)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    def __iter__(self) -> Iterator[str]:
        return (socket.inet_ntoa(number.to_bytes(4, "big")) for first, last in self.ranges for number in range(first, last + 1))

    def __contains__(self, address: object) -> bool:
        try:
            number = int(IPv4Address(address)) if isinstance(address, str) else -1
        except ValueError:
            return False
        at = bisect_right(self.ranges, number, key=lambda r: r[0])
        return at > 0 and number <= self.ranges[at - 1][1]

    @property
    def networks(self) -> tuple[IPv4Network, ...]:
        """What was asked for, as the fewest networks: `10.0.0.0/24` is one, though two of its addresses belong to no host."""
        return networks(self._asked)

    @property
    def excluded(self) -> tuple[IPv4Network, ...]:
        """What was excluded, as the fewest networks."""
        return networks(self._excluded)

    def only(self, networks: Iterable[IPv4Network]) -> Self:
        """The targets inside `networks`."""
        return self._within(merged(map(block, networks)))

    def outside(self, networks: Iterable[IPv4Network]) -> Self:
        """The targets in none of `networks`."""
        return self._within(gaps(merged(map(block, networks))))

    def _within(self, bounds: tuple[Range, ...]) -> Self:
        ranges = common(self.ranges, bounds)
        return type(self)(ranges, _listed(map(spelled, ranges), len(ranges)), common(self._asked, bounds), self._excluded)


def parse_targets(
    words: Sequence[str],
    *,
    exclude: Sequence[str] = (),
    on_link: Sequence[IPv4Network] = (),
    allow_large: bool = False,
    allow_huge: bool = False,
    allow_public: bool = False,
    resolve: Resolve = resolve,
) -> Targets:
    """Understand networks (`10.0.0.0/24`), ranges (`10.0.0.1-50`), addresses, host names and `@file`; no words mean `on_link`.

    A network stands for its hosts: all but its network and broadcast address, except in a /31 (RFC 3021) or /32. An excluded
    network is excluded whole. The limits hold for what remains. Raises TargetError, and nothing else, whatever the words.
    """
    words, exclude = split(words) or [str(network) for network in on_link], split(exclude)
    if not words:
        raise TargetError("nothing to scan: no targets given, and no network on the link", hint=NOTATION)
    asked = list(read(words, resolve))
    excluded = merged(meaning.block for meaning in read(exclude, resolve))
    ranges = common(merged(meaning.hosts for meaning in asked), gaps(excluded))
    if not ranges:
        raise TargetError("nothing to scan: no address is left of the targets", hint="exclude less, or name more targets")
    _check_kind(asked, ranges, allow_public=allow_public)
    _check_size(sum(last - first + 1 for first, last in ranges), allow_large=allow_large or allow_huge, allow_huge=allow_huge)
    text = _listed(words, len(words)) + (f" except {_listed(exclude, len(exclude))}" if exclude else "")
    return Targets(ranges, text, merged(meaning.block for meaning in asked), excluded)


# The IANA IPv4 Special-Purpose Address Registry (RFC 6890) as far as hosts have such addresses outside the Internet.
_LOCAL = (
    "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 "  # private, RFC 1918
    "100.64.0.0/10 "  # shared by a provider's customers, RFC 6598
    "127.0.0.0/8 169.254.0.0/16 "  # loopback, RFC 1122 3.2.1.3; link-local, RFC 3927
    "192.0.0.0/29 198.18.0.0/15 "  # IPv4 service continuity, RFC 7335; benchmarking, RFC 2544
    "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24"  # documentation, RFC 5737
)
_NEVER = (
    ("0.0.0.0/8", "means 'this network' (RFC 1122, 3.2.1.3), not a host"),
    ("224.0.0.0/4", "is multicast (RFC 5771), a group and not a host"),
    ("255.255.255.255", "is the broadcast address (RFC 919), not a host"),
    ("240.0.0.0/4", "is reserved (RFC 1112, 4); no host has such an address"),
)
_LISTED = 16


def _check_kind(asked: Iterable[Meaning], ranges: tuple[Range, ...], *, allow_public: bool) -> None:
    for network, reason in _NEVER:
        if found := common(ranges, (block(IPv4Network(network)),)):
            raise TargetError(f"{_named(found[0], asked)} {reason}", hint="leave it out, or --exclude it")
    if allow_public:
        return
    if found := common(ranges, gaps(merged(block(IPv4Network(network)) for network in _LOCAL.split()))):
        raise TargetError(f"{_named(found[0], asked)} is public, on the Internet", hint="add --public if you may scan it")


def _named(found: Range, asked: Iterable[Meaning]) -> str:
    """The word that brought `found` in, and what of it is meant."""
    shown = next(meaning.shown for meaning in asked if common((meaning.hosts,), (found,)))
    return shown if shown == spelled(found) else f"{shown}: {spelled(found)}"


def _check_size(count: int, *, allow_large: bool, allow_huge: bool) -> None:
    for limit, allowed, flag in ((HUGE, allow_huge, "--huge"), (LARGE, allow_large, "--large")):
        if count > limit and not allowed:
            hint = f"add {flag} to scan them all, or name fewer targets"
            raise TargetError(f"{count:,} addresses are more than {limit:,}", hint=hint)


def _listed(words: Iterable[str], count: int) -> str:
    """The first words as one line, and how many more there are."""
    shown = ", ".join(clean(word, 80) for word in islice(words, _LISTED))
    return shown if count <= _LISTED else f"{shown} and {count - _LISTED:,} more"
