"""What is wrong or worth knowing about the network itself, seen when all devices are laid side by side; pure functions.

Nothing here is certain: a finding says what was heard, what that usually means, and what else it may mean. It keeps quiet where
the harmless reading is the likelier one.
"""

from collections.abc import Iterable

from netinv.findings.answering import conflicts, duplicates, proxies, sleepers
from netinv.findings.kinds import KINDS
from netinv.findings.overhearing import ROUTERS, SERVERS, borrowers, rivals, strangers
from netinv.findings.scene import MANY, Scene, by_number
from netinv.model import Device, Finding, Interface, Notice

__all__ = ["KINDS", "MANY", "findings"]


def findings(devices: Iterable[Device], notices: Iterable[Notice], interfaces: Iterable[Interface]) -> tuple[Finding, ...]:
    """Everything found in one scan, warnings first, in an order that does not depend on that of hearing.

    `devices` must hold what this scan heard and nothing older: a device may rightly have the address another had yesterday.
    """
    scene = Scene(tuple(sorted(devices, key=lambda d: (by_number(d.ip or ""), d.id))), tuple(interfaces))
    told = tuple(sorted(set(notices), key=lambda n: (n.kind, n.address or "", n.mac or "", n.value)))
    found = [
        *conflicts(scene),
        *duplicates(scene),
        *rivals(told, scene, "dhcp.server", "second_dhcp_server", SERVERS),
        *rivals(told, scene, "ra.router", "second_router_advertiser", ROUTERS),
        *borrowers(told, scene),
        *strangers(told, scene),
        *proxies(scene),
        *sleepers(scene),
    ]
    return tuple(sorted(found, key=lambda f: (f.severity != "warning", tuple(KINDS).index(f.kind))))
