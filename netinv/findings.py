"""What is wrong or worth knowing about the network itself, seen when all devices are laid side by side; pure functions.

Nothing here is certain: a finding says what was heard, what that usually means, and what else it may mean. It keeps quiet where
the harmless reading is the likelier one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import combinations
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from netinv.model import MAC, Device, Evidence, Finding, Interface, Notice

MANY = 8
"""IPv4 addresses of one MAC that are more than one host has: it answers for others. A host with some aliases has fewer."""
_A_FEW = 4
"""As many do where they are half of the network: nobody gives one host half of a /29."""
_LISTED = 4
"""Addresses named in a sentence; a finding itself has them all."""


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

# The MAC that redundant routers share (RFC 9568, 7.3; CARP took it over from VRRP), and those of Cisco's HSRP and GLBP.
_SHARED = ("00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f", "00:05:73:a0:0", "00:07:b4:00:")
_ATTEMPTS = frozenset({"arp.attempt", "icmp.attempt"})
_SERVERS = "DHCP servers on one network: {}; a device takes its address and its way out from the first that answers"
_ROUTERS = "routers advertise themselves to IPv6 hosts on one network: {}; a host may send through either"
_LINK_LOCAL = "169.254."
"""What a host gives itself where no DHCP server answers (RFC 3927)."""


def findings(devices: Iterable[Device], notices: Iterable[Notice], interfaces: Iterable[Interface]) -> tuple[Finding, ...]:
    """Everything found in one scan, warnings first, in an order that does not depend on that of hearing.

    `devices` must hold what this scan heard and nothing older: a device may rightly have the address another had yesterday.
    """
    heard = _Heard(tuple(sorted(devices, key=lambda d: (_by_number(d.ip or ""), d.id))), tuple(interfaces))
    told = tuple(sorted(set(notices), key=lambda n: (n.kind, n.address or "", n.mac or "", n.value)))
    found = [
        *_conflicts(heard),
        *_duplicates(heard),
        *_rivals(told, heard, "dhcp.server", "second_dhcp_server", _SERVERS),
        *_rivals(told, heard, "ra.router", "second_router_advertiser", _ROUTERS),
        *_strangers(told, heard),
        *_proxies(heard),
        *_sleepers(heard),
    ]
    return tuple(sorted(found, key=lambda f: (f.severity != "warning", tuple(KINDS).index(f.kind))))


class _Heard:
    """Who answered where: the evidence of a scan, as the questions below ask for it."""

    def __init__(self, devices: tuple[Device, ...], interfaces: tuple[Interface, ...]) -> None:
        self.devices = devices
        self.interfaces = interfaces
        self.at: dict[str, list[tuple[Device, Evidence]]] = defaultdict(list)
        """By address: each device that showed a MAC there, once. All MACs of this machine are one device."""
        self.by_mac = {mac: device for device in devices for mac in device.macs}
        self.addresses: dict[str, list[str]] = {}
        """By device: the addresses it showed a MAC at, in their order."""
        for device in devices:
            shown = {e.address: e for e in device.evidence if e.key == "mac" and e.value in device.macs}
            for address, e in shown.items():
                self.at[address].append((device, e))
            self.addresses[device.id] = sorted(shown, key=_by_number)
        self.proxies = {device.id for device in devices if self._answers_for_others(device)}

    def _answers_for_others(self, device: Device) -> bool:
        mine = [IPv4Address(a) for a in self.addresses[device.id] if ":" not in a]
        if len(mine) < _A_FEW or any(e.key == "local.self" for e in device.evidence):
            return False
        networks = {network for interface in self.interfaces for network in interface.networks}
        return len(mine) >= MANY or any(2 * sum(a in n for a in mine) >= n.num_addresses - 2 > 0 for n in networks)

    def finding(
        self,
        kind: str,
        says: str,
        addresses: Iterable[str],
        macs: Iterable[MAC],
        evidence: Iterable[Evidence] = (),
        severity: Literal["warning", "info"] = "warning",
    ) -> Finding:
        macs = tuple(sorted(set(macs)))
        return Finding(
            kind,
            says,
            addresses=tuple(sorted(set(addresses), key=_by_number)),
            macs=macs,
            devices=tuple(dict.fromkeys(self.by_mac[mac].id for mac in macs if mac in self.by_mac)),
            evidence=tuple(sorted({e.id for e in evidence})),
            severity=severity,
            hint=KINDS[kind].hint,
        )


def _conflicts(heard: _Heard) -> Iterator[Finding]:
    """One finding for each pair (or more) of rivals, however many addresses they share."""
    rivals: dict[frozenset[MAC], list[Evidence]] = defaultdict(list)
    for parties in heard.at.values():
        # What a proxy answers for beside the host itself is told of once, with the proxy.
        own = [(device, e) for device, e in parties if device.id not in heard.proxies]
        if len(own) > 1:
            rivals[frozenset(MAC(e.value) for _, e in own)] += [e for _, e in own]
    for macs, evidence in sorted(rivals.items(), key=lambda item: min(_by_number(e.address) for e in item[1])):
        addresses = sorted({e.address for e in evidence}, key=_by_number)
        who = " and ".join(sorted(macs))
        if shared := [mac for mac in sorted(macs) if mac.startswith(_SHARED)]:
            says = f"{_listed(addresses)}: {who} answer; {shared[0]} is an address that redundant routers share"
            yield heard.finding("redundant_router", says, addresses, macs, evidence, "info")
        else:
            says = f"{len(macs)} devices answer for {_listed(addresses)}: {who}; what is sent there reaches one or the other"
            yield heard.finding("address_conflict", says, addresses, macs, evidence)


def _proxies(heard: _Heard) -> Iterator[Finding]:
    for device in heard.devices:
        if device.id not in heard.proxies:
            continue
        addresses = heard.addresses[device.id]
        evidence = [e for address in addresses for d, e in heard.at[address] if d is device]
        shared = [a for a in addresses if any(d.id not in heard.proxies for d, _ in heard.at[a])]
        beside = f"; at {_listed(shared)} another device answers too, whose traffic may pass through it" if shared else ""
        says = f"one device, {device.mac}, answers for {len(addresses):,} addresses: {_listed(addresses)}{beside}"
        yield heard.finding("proxy_arp", says, addresses, device.macs, evidence, "warning" if shared else "info")


def _duplicates(heard: _Heard) -> Iterator[Finding]:
    """Two addresses of one MAC whose reverse names have nothing in common, and whose systems do not begin with the same TTL.

    Either alone is ordinary: a server has a name for each of its addresses, and a router answers at some of them for others.
    """
    for device in heard.devices:
        if device.id in heard.proxies or any(e.key == "local.self" for e in device.evidence):
            continue
        names, ttls = defaultdict(set), {}
        for e in device.evidence:
            if e.key == "dns.ptr" and (label := _telling_label(e)):
                names[e.address].add((label, e))
            elif e.key == "icmp.ttl" and (initial := _initial_ttl(e.value)):
                ttls[e.address] = initial, e
        for one, other in combinations(sorted(names.keys() & ttls.keys(), key=_by_number), 2):
            if ttls[one][0] == ttls[other][0] or {n for n, _ in names[one]} & {n for n, _ in names[other]}:
                continue
            evidence = [ttls[one][1], ttls[other][1], *(e for address in (one, other) for _, e in names[address])]
            called = [min(name for name, _ in names[address]) for address in (one, other)]
            says = (
                f"{device.mac} answers for {one} ({called[0]}) and {other} ({called[1]}), whose systems differ"
                f" (TTL {ttls[one][0]} and {ttls[other][0]}): two hosts with one MAC address"
            )
            yield heard.finding("duplicate_mac", says, (one, other), device.macs, evidence)
            break


def _strangers(notices: Sequence[Notice], heard: _Heard) -> Iterator[Finding]:
    networks = {a.network for i in heard.interfaces for a in i.addresses}
    strange: dict[bool, list[Notice]] = defaultdict(list)
    for notice in notices:
        ip = _ip(notice.address)
        if notice.kind != "arp.sender" or ip is None or ip.is_unspecified or ip.is_loopback or ip.is_multicast:
            continue  # an ARP probe has no sender's address yet (RFC 5227, 1.1)
        if not any(ip in network for network in networks):
            strange[str(ip).startswith(_LINK_LOCAL)].append(notice)
    where = " and ".join(sorted({str(n) for i in heard.interfaces for n in i.networks})) or "none"
    for is_own_choice, found in sorted(strange.items()):
        addresses = sorted({n.address for n in found if n.address}, key=_by_number)
        macs = {n.mac for n in found if n.mac}
        by = f" ({min(macs)})" if len(macs) == 1 else ""
        says = f"{_listed(addresses)}{by} {'speaks' if len(addresses) == 1 else 'speak'} on this link, whose network is {where}"
        if is_own_choice:
            says += "; a host gives itself such an address when no DHCP server answers"
        yield heard.finding("off_subnet_sender", says, addresses, macs, severity="info" if is_own_choice else "warning")


def _rivals(notices: Sequence[Notice], heard: _Heard, source: str, kind: str, says: str) -> Iterator[Finding]:
    """More than one of what a network should have one of; those with an address or a MAC in common are one."""
    links: dict[str, list[tuple[set[str], set[MAC]]]] = defaultdict(list)
    for notice in notices:
        if notice.kind == source and notice.address and (link := _link(notice.address, heard.interfaces)):
            addresses, macs = {notice.address}, {notice.mac} if notice.mac else set()
            known = links[link]
            for other in [k for k in known if k[0] & addresses or k[1] & macs]:
                known.remove(other)
                addresses |= other[0]
                macs |= other[1]
            known.append((addresses, macs))
    for _, known in sorted(links.items()):
        if len(known) < 2 or any(mac.startswith(_SHARED) for _, macs in known for mac in macs):
            continue
        each = sorted((min(addresses, key=_by_number), min(macs, default="")) for addresses, macs in known)
        who = _listed([f"{address} ({mac})" if mac else address for address, mac in each])
        every = {a for addresses, _ in known for a in addresses}
        yield heard.finding(kind, f"{len(known)} {says.format(who)}", every, {mac for _, macs in known for mac in macs})


def _sleepers(heard: _Heard) -> Iterator[Finding]:
    """All in one finding: which of them slept and which frame was lost, nobody can tell.

    Nor is an answer that comes after the second question surely one to it: a slow device may still be answering the first.
    """
    late = [
        (device, e)
        for device in heard.devices
        if device.id not in heard.proxies
        for e in device.evidence
        if e.key in _ATTEMPTS and e.value.isdecimal() and int(e.value) > 1
    ]
    if late:
        addresses = sorted({e.address for _, e in late}, key=_by_number)
        many = f"{len(addresses):,} addresses" if len(addresses) > 1 else "one address"
        says = f"{many} answered only when asked again: {_listed(addresses)}; asleep to save power, slow, or a frame was lost"
        found = heard.finding("sleepy", says, addresses, (mac for d, _ in late for mac in d.macs), (e for _, e in late), "info")
        yield replace(found, devices=tuple(dict.fromkeys(device.id for device, _ in late)))


def _link(address: str, interfaces: Sequence[Interface]) -> str | None:
    """The name of the interface an address was heard through, as far as that can be told."""
    _, _, scope = address.partition("%")
    ip = _ip(address)
    if ip and (scope or len(interfaces) == 1):
        return scope or interfaces[0].name
    return next((i.name for i in interfaces if ip and any(ip in a.network for a in i.addresses)), None)


def _telling_label(e: Evidence) -> str | None:
    """The host's part of a reverse name, unless it is only its address in words, as `ip-10-0-0-7` is."""
    label = e.value.partition(".")[0].lower()
    last = e.address.rpartition(".")[2].lstrip("0")
    return None if not label or last in label else label


def _initial_ttl(left: str) -> int | None:
    """What the system began with; all but exotic ones begin with one of these."""
    return next((n for n in (32, 64, 128, 255) if left.isdecimal() and len(left) <= 3 and 0 < int(left) <= n), None)


def _listed(words: Sequence[str]) -> str:
    """`a, b and c`; `a, b, c, d and 12 more`."""
    if len(words) > _LISTED + 1:
        return f"{', '.join(words[:_LISTED])} and {len(words) - _LISTED:,} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _ip(address: str | None) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address or "")
    except ValueError:
        return None


def _by_number(address: str) -> tuple[int, int, str]:
    ip = _ip(address)
    return (ip.version, int(ip), address) if ip else (9, 0, address)
