"""What is found in the answers themselves: one address that two answer for, one device that answers for many, late answers."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from netinv.findings.scene import Scene, by_number, listed
from netinv.model import MAC, Evidence, Finding

_ATTEMPTS = frozenset({"arp.attempt", "icmp.attempt"})


def conflicts(scene: Scene) -> Iterator[Finding]:
    """One finding for each pair (or more) of rivals, however many addresses they share."""
    rivals: dict[frozenset[MAC], list[Evidence]] = defaultdict(list)
    for parties in scene.at.values():
        # What a proxy answers for beside the host itself is told of once, with the proxy.
        own = [(device, e) for device, e in parties if device.id not in scene.proxies]
        if len(own) > 1:
            rivals[frozenset(MAC(e.value) for _, e in own)] += [e for _, e in own]
    for macs, evidence in sorted(rivals.items(), key=lambda item: min(by_number(e.address) for e in item[1])):
        addresses = sorted({e.address for e in evidence}, key=by_number)
        who = " and ".join(sorted(macs))
        if shared := [mac for mac in sorted(macs) if mac.is_shared]:
            says = f"{listed(addresses)}: {who} answer; {shared[0]} is an address that redundant routers share"
            yield scene.finding("redundant_router", says, addresses, macs, evidence, "info")
        else:
            says = f"{len(macs)} devices answer for {listed(addresses)}: {who}; what is sent there reaches one or the other"
            yield scene.finding("address_conflict", says, addresses, macs, evidence)


def proxies(scene: Scene) -> Iterator[Finding]:
    """One finding for each device that answers for many addresses."""
    for device in scene.devices:
        if device.id not in scene.proxies:
            continue
        addresses = scene.addresses[device.id]
        evidence = [e for address in addresses for d, e in scene.at[address] if d is device]
        shared = [a for a in addresses if any(d.id not in scene.proxies for d, _ in scene.at[a])]
        beside = f"; at {listed(shared)} another device answers too, whose traffic may pass through it" if shared else ""
        says = f"one device, {device.mac}, answers for {len(addresses):,} addresses: {listed(addresses)}{beside}"
        yield scene.finding("proxy_arp", says, addresses, device.macs, evidence, "warning" if shared else "info")


def duplicates(scene: Scene) -> Iterator[Finding]:
    """Two addresses of one MAC whose reverse names have nothing in common, and whose systems do not begin with the same TTL.

    Either alone is ordinary: a server has a name for each of its addresses, and a router answers at some of them for others.
    """
    for device in scene.devices:
        if device.id in scene.proxies or any(e.key == "local.self" for e in device.evidence):
            continue
        names, ttls = defaultdict(set), {}
        for e in device.evidence:
            if e.key == "dns.ptr" and (label := _telling_label(e)):
                names[e.address].add((label, e))
            elif e.key == "icmp.ttl" and (initial := _initial_ttl(e.value)):
                ttls[e.address] = initial, e
        for one, other in combinations(sorted(names.keys() & ttls.keys(), key=by_number), 2):
            if ttls[one][0] == ttls[other][0] or {n for n, _ in names[one]} & {n for n, _ in names[other]}:
                continue
            evidence = [ttls[one][1], ttls[other][1], *(e for address in (one, other) for _, e in names[address])]
            called = [min(name for name, _ in names[address]) for address in (one, other)]
            says = (
                f"{device.mac} answers for {one} ({called[0]}) and {other} ({called[1]}), whose systems differ"
                f" (TTL {ttls[one][0]} and {ttls[other][0]}): two hosts with one MAC address"
            )
            yield scene.finding("duplicate_mac", says, (one, other), device.macs, evidence)
            break


def sleepers(scene: Scene) -> Iterator[Finding]:
    """All in one finding: which of them slept and which frame was lost, nobody can tell.

    Nor is an answer that comes after the second question surely one to it: a slow device may still be answering the first.
    """
    late = [
        (device, e)
        for device in scene.devices
        if device.id not in scene.proxies
        for e in device.evidence
        if e.key in _ATTEMPTS and e.value.isdecimal() and int(e.value) > 1
    ]
    if late:
        addresses = sorted({e.address for _, e in late}, key=by_number)
        many = f"{len(addresses):,} addresses" if len(addresses) > 1 else "one address"
        says = f"{many} answered only when asked again: {listed(addresses)}; asleep to save power, slow, or a frame was lost"
        found = scene.finding("sleepy", says, addresses, (mac for d, _ in late for mac in d.macs), (e for _, e in late), "info")
        yield replace(found, devices=tuple(dict.fromkeys(device.id for device, _ in late)))


def _telling_label(e: Evidence) -> str | None:
    """The host's part of a reverse name, unless it is only its address in words, as `ip-10-0-0-7` is."""
    label = e.value.partition(".")[0].lower()
    last = e.address.rpartition(".")[2].lstrip("0")
    return None if not label or last in label else label


def _initial_ttl(left: str) -> int | None:
    """What the system began with; all but exotic ones begin with one of these."""
    return next((n for n in (32, 64, 128, 255) if left.isdecimal() and len(left) <= 3 and 0 < int(left) <= n), None)
