"""The kernel's side of the wire, by netlink: a veth pair whose far end is the responder's, addresses, routes, and a firewall."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from netinv.errors import LabError
from netinv.lab import system
from netinv.lab.household import SCANNER_MAC

FAR = "far0"
"""The far end's name, in the responder's namespace."""
_APART = 100
_CARRIER = 5.0
"""Seconds the kernel may take to notice that the two ends are connected; a few milliseconds usually do."""
_TABLE = "netinv-lab"
_NODAD = 0x02  # linux/if_addr.h
# linux/netfilter.h, linux/netfilter/nf_tables.h
_DROP, _ACCEPT, _NETWORK_HEADER, _EQUAL = 0, 1, 1, 0


def connect(near: str, responder: int) -> None:
    """Make the pair: `near` stays here, the far end moves to the namespace of the process `responder`."""
    with _rtnetlink() as netlink:
        # The kernel may take a second to notice the carrier of a link whose two ends have the same index (net/core/link_watch.c,
        # linkwatch_urgent_event: it takes them for one device), and each namespace begins to count at 1.
        index = max(one["index"] for one in netlink.get_links()) + _APART
        far = {"ifname": FAR, "net_ns_pid": responder}
        netlink.link("add", index=index, ifname=near, kind="veth", address=SCANNER_MAC, txqueuelen=10_000, peer=far)


def configure(near: str, address: str, prefix_length: int, gateway: str, metric: int, ipv6: str | None = None) -> None:
    """Set it up, with an address and a default route; the smallest metric wins where there are several.

    With an `ipv6` address and its prefix length, such as `2001:db8::1/64`, it has a link-local one too; else it has no IPv6.
    """
    settings = {"disable_ipv6": 0, "accept_dad": 0, "accept_ra": 0, "router_solicitations": 0} if ipv6 else {"disable_ipv6": 1}
    for name, value in settings.items():  # nobody else has the address, and looking for routers would only make noise
        with suppress(OSError):  # a kernel without IPv6
            system.write(f"/proc/sys/net/ipv6/conf/{near}/{name}", str(value))
    with _rtnetlink() as netlink:
        (index,) = netlink.link_lookup(ifname=near)
        netlink.link("set", index=index, state="up")
        netlink.addr("add", index=index, address=address, prefixlen=prefix_length)
        if ipv6:
            own, _, length = ipv6.partition("/")
            with suppress(_error()):
                netlink.addr("add", index=index, address=own, prefixlen=int(length), family=socket.AF_INET6, flags=_NODAD)
        netlink.route("add", dst="default", gateway=gateway, oif=index, priority=metric)
        deadline = time.monotonic() + _CARRIER
        while netlink.get_links(index)[0].get_attr("IFLA_OPERSTATE") != "UP":
            if time.monotonic() > deadline:
                raise LabError(f"the link {near} does not come up")
            time.sleep(0.001)


def remove(near: str) -> None:
    """Take the pair away, if it is still there and we still may; it goes with the responder's namespace in any case."""
    with _rtnetlink() as netlink:
        for index in netlink.link_lookup(ifname=near):
            with suppress(_error()):
                netlink.link("del", index=index)


@contextmanager
def without_udp() -> Iterator[None]:
    """No datagram leaves: a firewall rule drops it where it is sent, which the sender is told (EPERM)."""
    from pyroute2.nftables.expressions import genex, verdict
    from pyroute2.nftables.main import NFTables

    load = genex("payload", {"dreg": 1, "base": _NETWORK_HEADER, "offset": 9, "len": 1})  # the protocol (RFC 791, 3.1)
    compare = genex("cmp", {"sreg": 1, "op": _EQUAL, "data": {"attrs": [("NFTA_DATA_VALUE", bytes((socket.IPPROTO_UDP,)))]}})
    with NFTables(nfgen_family=socket.AF_INET) as firewall:
        firewall.table("add", name=_TABLE)
        try:
            firewall.chain("add", table=_TABLE, name="output", hook="output", type="filter", policy=_ACCEPT)
            firewall.rule("add", table=_TABLE, chain="output", expressions=([load, compare], verdict(_DROP)))
            yield
        finally:
            firewall.table("del", name=_TABLE)


def _rtnetlink() -> Any:
    from pyroute2 import IPRoute  # Linux only, and 110 ms

    return IPRoute()


def _error() -> type[Exception]:
    from pyroute2.netlink.exceptions import NetlinkError  # as above

    found: type[Exception] = NetlinkError
    return found
