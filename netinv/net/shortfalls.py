"""What the door could not do, in words: what the system refused, what it lost, what was heard and not believed."""

import errno
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from ipaddress import IPv4Address

from netinv.model import Problem
from netinv.net.flight import MACS
from netinv.net.network import FORBIDDEN, Means
from netinv.net.sweep import Sweeper

HINTS = {
    "arp": "run it with sudo; root is given up once the sockets are open",
    "icmp": "run it with sudo, or allow ping sockets: sysctl -w net.ipv4.ping_group_range='0 2147483647'",
    "neighbours": "a firewall on this machine may forbid it; sudo asks by other means",
    "tcp-ping": "look at this machine's firewall's output rules",
    FORBIDDEN: "run it with sudo; a firewall or container on this machine forbids the rest",
}


def shortfalls(sweepers: Mapping[Means, Sweeper], refusals: Mapping[str, str], remembered: Collection[str]) -> Iterator[Problem]:
    """All of it; `refusals` says in the system's words why a means was not opened, `remembered` is as in `Network`."""
    yield from _missing(sweepers, refusals)
    yield from _refused(sweepers)
    yield from _oddities(sweepers, remembered)
    if lost := sum(sweeper.medium.dropped() for sweeper in sweepers.values()):
        said = f"the kernel dropped {lost} replies for want of buffer space"
        yield Problem("arp", said, "scan slower with --rate, or scan again")


def unheard(lost: int) -> Iterator[Problem]:
    """What passed by and was not read, being too much."""
    if lost:
        said = f"{lost:,} announcements passed by too fast to be read"
        yield Problem("listen", said, "something on this network floods it, or a loop repeats every frame")


def _missing(sweepers: Mapping[Means, Sweeper], refusals: Mapping[str, str]) -> Iterator[Problem]:
    """What could have been asked with more privilege."""
    if not sweepers:
        why = "; ".join(f"{means}: {reason}" for means, reason in refusals.items())
        yield Problem(FORBIDDEN, f"the system lets nothing be asked here ({why or 'no probe asks anything'})", HINTS[FORBIDDEN])
        return
    without = "without CAP_NET_RAW" if os.geteuid() == 0 else "without root"
    if "arp" in refusals and "neighbours" in sweepers:
        said = f"{without} the kernel's neighbour table is asked instead of ARP frames: a second MAC at one address goes unseen"
        yield Problem("arp", said, HINTS["arp"])
    elif "arp" in refusals and "neighbours" in refusals:
        yield Problem("arp", f"{without} no MAC addresses can be asked for on this system", HINTS["arp"])
    if "icmp" in refusals:
        said = "neither raw nor ping sockets are allowed: no round-trip times, no TTL, nothing behind routers"
        said += ", nothing by IPv6" if "icmpv6" in refusals else ""
        yield Problem("icmp", said, HINTS["icmp"])


def _refused(sweepers: Mapping[Means, Sweeper]) -> Iterator[Problem]:
    nothing_left = not any(sweeper.sent for sweeper in sweepers.values())
    for means, sweeper in sweepers.items():
        for number, count in sweeper.refused.items():
            is_forbidden = number in (errno.EPERM, errno.EACCES)
            said = f"the system refused to send {count} questions by {means}: {os.strerror(number)}"
            hint = HINTS[means] if is_forbidden else "is there a route to them? `ip route get ADDRESS` tells"
            yield Problem(FORBIDDEN if is_forbidden and nothing_left else means, said, hint)


def _oddities(sweepers: Mapping[Means, Sweeper], remembered: Collection[str]) -> Iterator[Problem]:
    """What was heard and not believed."""
    if gone := sorted(remembered, key=IPv4Address):
        said = f"left out neighbours the kernel remembers, which gave no sign of life: {_listed(gone)}"
        yield Problem("neighbours", said, "they have gone, or keep silent: scan again in a minute, or with sudo")
    for sweeper in sweepers.values():
        if flooded := sorted(sweeper.flooded, key=IPv4Address):
            said = f"more than {MACS} MAC addresses answered for each of these, and only the first are kept: {_listed(flooded)}"
            yield Problem("arp", said, "something on this network forges ARP replies")


def _listed(addresses: Sequence[str]) -> str:
    return ", ".join(addresses[:5]) + (f" and {len(addresses) - 5} more" if len(addresses) > 5 else "")
