"""Who answered where in one scan: the evidence laid side by side, and the words in which findings name addresses."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal

from netinv.findings.kinds import KINDS
from netinv.model import MAC, Device, Evidence, Finding, Interface

MANY = 8
"""IPv4 addresses of one MAC that are more than one host has: it answers for others. A host with some aliases has fewer."""
_A_FEW = 4
"""As many do where they are half of the network: nobody gives one host half of a /29."""
_LISTED = 4
"""Addresses named in a sentence; a finding itself has them all."""


class Scene:
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
            self.addresses[device.id] = sorted(shown, key=by_number)
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
            addresses=tuple(sorted(set(addresses), key=by_number)),
            macs=macs,
            devices=tuple(dict.fromkeys(self.by_mac[mac].id for mac in macs if mac in self.by_mac)),
            evidence=tuple(sorted({e.id for e in evidence})),
            severity=severity,
            hint=KINDS[kind].hint,
        )


def link_of(address: str, interfaces: Sequence[Interface]) -> str | None:
    """The name of the interface an address was heard through, as far as that can be told."""
    _, _, scope = address.partition("%")
    ip = ip_of(address)
    if ip and (scope or len(interfaces) == 1):
        return scope or interfaces[0].name
    return next((i.name for i in interfaces if ip and any(ip in a.network for a in i.addresses)), None)


def listed(words: Sequence[str]) -> str:
    """`a, b and c`; `a, b, c, d and 12 more`."""
    if len(words) > _LISTED + 1:
        return f"{', '.join(words[:_LISTED])} and {len(words) - _LISTED:,} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def ip_of(address: str | None) -> IPv4Address | IPv6Address | None:
    """The address, or None if it is none."""
    try:
        return ip_address(address or "")
    except ValueError:
        return None


def by_number(address: str) -> tuple[int, int, str]:
    """To sort addresses as numbers, IPv4 first, and what is no address last."""
    ip = ip_of(address)
    return (ip.version, int(ip), address) if ip else (9, 0, address)
