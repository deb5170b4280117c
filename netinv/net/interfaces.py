"""The network interfaces of this machine, and which of them to scan from; netifaces is imported here only."""

import socket
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, ip_address
from typing import Any, NamedTuple

import netifaces

from netinv.errors import InterfaceError
from netinv.model import MAC, Interface
from netinv.net.links import LinkState, link_states
from netinv.net.routes import route
from netinv.text import clean


class Choice(NamedTuple):
    """The interface a scan uses when none is named, and why this one."""

    interface: Interface
    because: str


def interfaces() -> tuple[Interface, ...]:
    """Every interface of this network namespace, in the kernel's order; labels such as `eth0:1` are part of their interface."""
    names = dict(socket.if_nameindex())
    states = link_states(names)
    labels = _labels(names.values())
    found = []
    for index in sorted(names.keys() & states.keys()):
        with suppress(OSError, ValueError):  # it may go away while we look
            heard = [netifaces.ifaddresses(label) for label in labels[names[index]]]
            found.append(_interface(names[index], states[index], heard))
    return _with_routes(found)


def choose(names: Sequence[str] = ()) -> tuple[Interface, ...]:
    """The interfaces to scan from: those named, or else the default one. InterfaceError if one of them cannot carry a scan."""
    found = interfaces()
    if not names:
        return (default(found).interface,)
    by_name = {interface.name: interface for interface in found}
    chosen: dict[str, Interface] = {}
    for name in names:
        interface = by_name.get(name) or by_name.get(name.partition(":")[0])
        if interface is None:
            near = get_close_matches(name, by_name)
            hint = (
                f"did you mean {_either(near)}?"
                if near
                else f"there {'are' if len(by_name) > 1 else 'is only'} {_either(by_name, 'and')}"
            )
            raise InterfaceError(f"there is no interface '{clean(name, 80)}'", hint=hint if by_name else None)
        if problem := flaw(interface):
            raise InterfaceError(f"{interface.name} {problem}", hint=_hint(interface, found))
        chosen[interface.name] = interface
    return tuple(chosen.values())


def default(found: Sequence[Interface] | None = None) -> Choice:
    """The interface to scan from when none is named, out of `found` or of all; InterfaceError if none is clear."""
    found = interfaces() if found is None else found
    for interface in found:
        if interface.is_default:
            if problem := flaw(interface):
                raise InterfaceError(f"{interface.name} has the default route but {problem}", hint=_hint(interface, found))
            alone = "" if _spans(interface) else ", but it has no network on its link: name targets"
            return Choice(interface, f"the default route leaves through it{alone}")
    usable = [interface for interface in found if not flaw(interface)]
    usable = [interface for interface in usable if _spans(interface)] or usable
    if len(usable) == 1:
        return Choice(usable[0], "there is no default route, and no other interface could be scanned")
    if usable:
        candidates = _either((f"{i.name} ({', '.join(map(str, i.networks))})" for i in usable), "and")
        raise InterfaceError(f"there is no default route to tell which of {candidates} to scan", hint=_hint(None, found))
    others = [interface for interface in found if not interface.is_loopback]
    flaws = "; ".join(f"{interface.name} {flaw(interface)}" for interface in others)
    raise InterfaceError(
        f"there is no interface to scan from{flaws and ': '}{flaws}", hint=_hint(next(iter(others), None), found)
    )


def flaw(interface: Interface) -> str | None:
    """Why nothing can be scanned from an interface, to be read after its name; None if it can."""
    if interface.is_loopback:
        return "is the loopback interface: behind it is only this machine"
    if not interface.is_up:
        return "is down"
    if not interface.has_carrier:
        return "has no carrier: no cable, no Wi-Fi association, or nothing at the other end"
    if interface.address is None:
        return "has only IPv6 addresses" if interface.addresses else "has no address"
    return None


def on_link(interface: Interface) -> tuple[IPv4Network, ...]:
    """The networks to scan when no targets are named; InterfaceError where the interface has nothing but /32 addresses."""
    if spanned := _spans(interface):
        return spanned
    alone = _either(map(str, interface.networks), "and") or "no IPv4 address"
    hint = "name targets, such as 10.0.0.0/24, or another interface with -i; `netinv interfaces` lists them"
    raise InterfaceError(f"{interface.name} has {alone}: no network on its link to scan", hint=hint)


# Families under which hardware addresses stand: netifaces2 says AF_LINK is -1000 and yet keeps them under AF_PACKET.
_LINK = dict.fromkeys((int(netifaces.AF_LINK), 17, 18))
_Address = IPv4Interface | IPv6Interface


def _labels(names: Iterable[str]) -> dict[str, list[str]]:
    """Under which names netifaces keeps the addresses of each interface: its own, and the aliases of some."""
    labels = {name: [name] for name in names}
    try:
        heard = netifaces.interfaces()
    except (OSError, ValueError, SystemError):  # netifaces-plus gives up on a name that is not UTF-8
        heard = []
    for label in heard:
        if label not in labels and (base := label.partition(":")[0]) in labels:
            labels[base].append(label)
    return labels


def _interface(name: str, state: LinkState, heard: Sequence[dict[int, list[dict[str, str]]]]) -> Interface:
    ipv4 = [entry for families in heard for entry in families.get(socket.AF_INET, ())]
    ipv6 = [entry for families in heard for entry in families.get(socket.AF_INET6, ())]
    links = [entry for families in heard for family in _LINK for entry in families.get(family, ())]
    addresses = (*_addresses(ipv4, IPv4Interface), *_addresses(ipv6, IPv6Interface))
    return Interface(name, next(_macs(links), None), addresses, **state._asdict())


def _macs(entries: Iterable[dict[str, str]]) -> Iterator[MAC]:
    for entry in entries:
        try:
            mac = MAC.parse(entry["addr"])
        except (KeyError, ValueError):  # tunnels and InfiniBand have hardware addresses that are no MAC
            continue
        if int(mac.replace(":", ""), 16):
            yield mac


def _addresses(entries: Iterable[dict[str, str]], kind: type[IPv4Interface] | type[IPv6Interface]) -> Iterator[_Address]:
    for entry in entries:
        # netifaces calls it netmask, netifaces2 mask; for IPv6 the first appends the prefix length and a scope to the address.
        mask = entry.get("netmask") or entry.get("mask") or ""
        try:
            length = mask.rpartition("/")[2] if "/" in mask else int(ip_address(mask)).bit_count()
            yield kind(f"{entry['addr'].partition('%')[0]}/{length}")
        except (KeyError, ValueError):
            continue


def _with_routes(found: Sequence[Interface]) -> tuple[Interface, ...]:
    """The same with gateways, and with the default interface marked."""
    if sys.platform == "linux":
        with suppress(OSError):  # rtnetlink is forbidden, as in some containers
            return tuple(_routed(found))
    gateways, first = _netifaces_gateways()
    return tuple(replace(i, gateway=gateways.get(i.name), is_default=i.name == first) for i in found)


def _routed(found: Sequence[Interface]) -> Iterator[Interface]:
    way_out = route()
    for interface in found:
        is_asked = interface.address is not None and interface.is_up and not interface.is_loopback
        way = route(interface=interface.name, source=interface.address) if is_asked else None
        yield replace(interface, gateway=way and way.gateway, is_default=bool(way_out and way_out.interface == interface.name))


def _netifaces_gateways() -> tuple[dict[str, str], str | None]:
    """The gateway of each interface, and the name of the default one; netifaces2 marks the latter only in the list."""
    heard: Any = netifaces.gateways()
    listed = list(reversed(heard.get(socket.AF_INET, ())))
    marked = heard.get("default", {}).get(socket.AF_INET) or next((entry for entry in listed if entry[2]), (None, None))
    return {name: gateway for gateway, name, *_ in listed}, marked[1]


def _spans(interface: Interface) -> tuple[IPv4Network, ...]:
    return tuple(network for network in interface.networks if network.prefixlen < 32)


def _hint(wanted: Interface | None, found: Iterable[Interface]) -> str:
    usable = [interface.name for interface in found if not flaw(interface)]
    if usable:
        return f"choose {'one' if wanted is None else 'another'}: {_either(f'-i {name}' for name in usable)}"
    if wanted and not wanted.is_up and not wanted.is_loopback:
        return f"bring it up, as with `ip link set {wanted.name} up`"
    return "connect to an IPv4 network first"


def _either(words: Iterable[str], joined: str = "or") -> str:
    *most, last = ["", *(clean(word, 80) for word in words)]
    return f"{', '.join(most[1:])} {joined} {last}" if most[1:] else last
