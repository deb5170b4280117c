"""Where the kernel would send a packet: asked by rtnetlink, without sending one. Linux only."""

from socket import if_indextoname, if_nametoindex
from typing import NamedTuple

from netinv.net.rtnetlink import iproute, spared

INTERNET = "198.41.0.4"
"""A root server of the DNS (a.root-servers.net): on no LAN, and in nobody's bogon filter as documentation addresses are."""

_UNICAST = 1  # RTN_UNICAST of rtnetlink(7): through a gateway or straight to the host, neither local nor refused


class Route(NamedTuple):
    """The way to one address."""

    interface: str
    gateway: str | None
    """Next hop; None where the address is taken to be on the link."""
    source: str | None
    """The address the kernel would send from; None where the question named it."""


def route(address: str = INTERNET, *, interface: str | None = None, source: str | None = None) -> Route | None:
    """The way to an IPv4 address, or to it from `source` through `interface`; None where there is none.

    One question takes under a millisecond however many routes there are, and minds metrics, multipath, policy rules and routes
    without a gateway. Not inside a running event loop; OSError where rtnetlink is forbidden.
    """
    with spared():
        from pyroute2.netlink.exceptions import NetlinkError

    question: dict[str, object] = {"dst": address}
    if interface is not None:
        question["oif"] = if_nametoindex(interface)
    if source is not None:
        question["src"] = source
    try:
        with iproute() as rtnetlink:
            answers = list(rtnetlink.route("get", **question))
        answer = next((found for found in answers if found["type"] == _UNICAST), None)
        if answer is None:
            return None
        return Route(if_indextoname(answer.get_attr("RTA_OIF")), answer.get_attr("RTA_GATEWAY"), answer.get_attr("RTA_PREFSRC"))
    except NetlinkError:  # unreachable, prohibited or swallowed by a blackhole
        return None
