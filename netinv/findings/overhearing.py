"""What is found in what was overheard: rival DHCP servers and routers, and senders that do not belong on the link."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from netinv.findings.scene import Scene, by_number, ip_of, link_of, listed
from netinv.model import MAC, Finding, Notice

SERVERS = "DHCP servers on one network: {}; a device takes its address and its way out from the first that answers"
ROUTERS = "routers advertise themselves to IPv6 hosts on one network: {}; a host may send through either"
_LINK_LOCAL = "169.254."
"""What a host gives itself where no DHCP server answers (RFC 3927)."""


def strangers(notices: Sequence[Notice], scene: Scene) -> Iterator[Finding]:
    """Senders with an address of no network on the link; those who chose theirs for want of a DHCP server apart."""
    networks = {a.network for i in scene.interfaces for a in i.addresses}
    strange: dict[bool, list[Notice]] = defaultdict(list)
    for notice in notices:
        ip = ip_of(notice.address)
        if notice.kind != "arp.sender" or ip is None or ip.is_unspecified or ip.is_loopback or ip.is_multicast:
            continue  # an ARP probe has no sender's address yet (RFC 5227, 1.1)
        if not any(ip in network for network in networks):
            strange[str(ip).startswith(_LINK_LOCAL)].append(notice)
    where = " and ".join(sorted({str(n) for i in scene.interfaces for n in i.networks})) or "none"
    for is_own_choice, found in sorted(strange.items()):
        addresses = sorted({n.address for n in found if n.address}, key=by_number)
        macs = {n.mac for n in found if n.mac}
        by = f" ({min(macs)})" if len(macs) == 1 else ""
        says = f"{listed(addresses)}{by} {'speaks' if len(addresses) == 1 else 'speak'} on this link, whose network is {where}"
        if is_own_choice:
            says += "; a host gives itself such an address when no DHCP server answers"
        yield scene.finding("off_subnet_sender", says, addresses, macs, severity="info" if is_own_choice else "warning")


def borrowers(notices: Sequence[Notice], scene: Scene) -> Iterator[Finding]:
    """Who sends in the name of an address that others answer ARP for: one finding for each address."""
    borrowed: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.kind == "address.borrowed" and notice.address and notice.mac:
            borrowed[notice.address].append(notice)
    for address, found in sorted(borrowed.items(), key=lambda item: by_number(item[0])):
        macs = sorted({n.mac for n in found if n.mac})
        where = {a for mac in macs if (device := scene.by_mac.get(mac)) for a in scene.addresses[device.id]} - {address}
        who = f"{listed(macs)} ({listed(sorted(where, key=by_number))})" if where else listed(macs)
        verb = "speaks" if len(macs) == 1 else "speak"
        says = f"{who} {verb} in the name of {address}, which is at {found[-1].value}; what is said so is not believed"
        yield scene.finding("borrowed_address", says, [address], macs)


def rivals(notices: Sequence[Notice], scene: Scene, source: str, kind: str, says: str) -> Iterator[Finding]:
    """More than one of what a network should have one of; those with an address or a MAC in common are one."""
    links: dict[str, list[tuple[set[str], set[MAC]]]] = defaultdict(list)
    for notice in notices:
        if notice.kind == source and notice.address and (link := link_of(notice.address, scene.interfaces)):
            addresses, macs = {notice.address}, {notice.mac} if notice.mac else set()
            known = links[link]
            for other in [k for k in known if k[0] & addresses or k[1] & macs]:
                known.remove(other)
                addresses |= other[0]
                macs |= other[1]
            known.append((addresses, macs))
    for _, known in sorted(links.items()):
        if len(known) < 2 or any(mac.is_shared for _, macs in known for mac in macs):
            continue
        each = sorted((min(addresses, key=by_number), min(macs, default="")) for addresses, macs in known)
        who = listed([f"{address} ({mac})" if mac else address for address, mac in each])
        every = {a for addresses, _ in known for a in addresses}
        yield scene.finding(kind, f"{len(known)} {says.format(who)}", every, {mac for _, macs in known for mac in macs})
