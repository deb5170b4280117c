"""The kinds of finding there are: what each means, and what one may do about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Kind(NamedTuple):
    """What findings of a kind have in common."""

    means: str
    hint: str


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "address_conflict": Kind(
            "two devices answer for one IP address",
            "give one of them another address; often one has a fixed address that DHCP also hands out",
        ),
        "borrowed_address": Kind(
            "a device sends in the name of an address that another device answers for",
            "find the device by its MAC address: it may be a forger; a repeater that passes on multicast does so, too",
        ),
        "duplicate_mac": Kind(
            "hosts that cannot be one answer with the same MAC address",
            "behind an extender or a bridge this is harmless; else give the copied virtual machine or card a MAC of its own",
        ),
        "second_dhcp_server": Kind(
            "two DHCP servers hand out addresses on one network",
            "switch off the one that should not: often a second router, or an access point left in router mode",
        ),
        "second_router_advertiser": Kind(
            "two routers offer IPv6 hosts the way out",
            "if you know both, nothing need be done; else find whose MAC it is and stop it",
        ),
        "off_subnet_sender": Kind(
            "a device speaks on the link with an address of no network there",
            "give it an address of this network, or look for the cable or VLAN that joins two networks",
        ),
        "proxy_arp": Kind(
            "one device answers for many addresses, so it is one device and not many",
            "usual for routers, VPN gateways and Wi-Fi extenders; a device you do not know may be redirecting traffic to itself",
        ),
        "redundant_router": Kind(
            "a router of several that stand in for each other answers (VRRP, CARP, HSRP, GLBP)",
            "nothing need be done, unless you have no such routers",
        ),
        "sleepy": Kind(
            "devices that answered only when they were asked again",
            "nothing need be done for what runs on battery; where it is nearly everything, the network loses frames",
        ),
    }
)
"""Every kind there is, the gravest first."""
