"""Which evidence speaks of the same device, by what clues it is known again, and the id it goes by."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2s
from ipaddress import ip_address

from netinv.model import MAC, Evidence
from netinv.net.addresses import embedded_mac

Clue = tuple[str, str]
"""Kind and value: `("mac", "aa:bb:cc:dd:ee:ff")`, `("address", "10.0.0.5")`."""


def group(evidence: Iterable[Evidence]) -> tuple[tuple[Evidence, ...], ...]:
    """The evidence of one scan parted by device, in the order of their addresses.

    All addresses that answer with one MAC are one device, and so are all of the scanning machine. An address that answers with
    two MACs is two devices in conflict: each has its own `mac`, and what else was heard there goes to the one with the fewest
    addresses, since one with many answers for others (proxy ARP); of several such to the one heard first.
    Without a MAC, as behind a router, each address is a device; but see `_adopted`.
    """
    heard = tuple(evidence)
    holder = holders(heard)
    own = {e.address for e in heard if e.key == "local.self"}
    own_macs = {holder[address] for address in own & holder.keys()}
    devices: dict[str, list[Evidence]] = {}
    for e in heard:
        mac = _mac(e) or holder.get(e.address)
        is_own = mac in own_macs if mac else e.address in own
        devices.setdefault("own" if is_own else mac or e.address, []).append(e)
    return tuple(sorted(map(tuple, devices.values()), key=lambda d: min(by_number(e.address) for e in d)))


def holders(heard: Sequence[Evidence]) -> dict[str, MAC]:
    """Whose each address is, by a MAC: of those heard there the one `group` prefers, else the one `_adopted` tells."""
    shown: dict[str, dict[MAC, None]] = {}
    for e in sorted(heard, key=lambda e: e.seen):
        if mac := _mac(e):
            shown.setdefault(e.address, {})[mac] = None
    addresses = Counter(mac for macs in shown.values() for mac in macs)
    own = {e.address for e in heard if e.key == "local.self"}
    holder = {a: next(iter(macs)) if a in own else min(macs, key=addresses.__getitem__) for a, macs in shown.items()}
    return holder | dict(_adopted(heard, holder))


def clues(evidence: Iterable[Evidence]) -> tuple[Clue, ...]:
    """By what the device can be known again, strongest first; empty only without evidence.

    A registered MAC comes before one the device made up. An address is a clue only where there is no MAC, and a weak one: another
    device may have it tomorrow, and another network have it too. What is known by its address alone is therefore the same
    device in every network that uses this address.
    """
    evidence = tuple(evidence)
    macs = {mac for e in evidence if (mac := _mac(e))}
    if macs:
        by_strength = sorted(macs, key=lambda mac: (mac.is_local, mac)) if len(macs) > 1 else macs
        return tuple(("mac", str(mac)) for mac in by_strength)
    return tuple(("address", address) for address in sorted({e.address for e in evidence}, key=by_number))


def device_id(clues: Sequence[Clue]) -> str:
    """`d` and ten hexadecimal digits, made of the strongest clue alone: whoever finds the same device gives it the same id.

    The letter is for spreadsheets, which take `12e45678` for a number.
    """
    kind, value = clues[0]
    return "d" + blake2s(f"{kind}\0{value}".encode("utf-8", "replace"), digest_size=5).hexdigest()


@lru_cache(1 << 16)
def by_number(address: str) -> tuple[int, int, str]:
    """Sorts addresses by number, IPv4 first; what is no address comes last."""
    try:  # many times faster, and nearly all of them
        a, b, c, d = address.split(".")
        return 4, _OCTETS[a] << 24 | _OCTETS[b] << 16 | _OCTETS[c] << 8 | _OCTETS[d], address
    except (ValueError, KeyError):
        pass
    try:
        ip = ip_address(address)
    except ValueError:
        return 9, 0, address
    return ip.version, int(ip), address


_OCTETS = {str(n): n for n in range(256)}


def _adopted(heard: Iterable[Evidence], holder: Mapping[str, MAC]) -> Iterator[tuple[str, MAC]]:
    """Addresses without a MAC of their own whose device is known all the same, and its MAC.

    An IPv6 address made of a MAC address heard in the same scan, and one that lists by mDNS an address that lists it in turn:
    what only one of them says, a stranger could say as well.
    """
    known = set(holder.values())
    listed = {(e.address, e.value) for e in heard if e.key == "mdns.address"}
    for e in heard:
        if e.address in holder:
            continue
        if e.key == "ipv6.iid" and e.value == "eui64" and (mac := embedded_mac(e.address)) in known and mac:
            yield e.address, mac
        elif e.key == "mdns.address" and e.value in holder and (e.value, e.address) in listed:
            yield e.address, holder[e.value]


def _mac(e: Evidence) -> MAC | None:
    """The MAC of one device that `e` tells, if it does: a group address is many devices', and all zeros nobody's."""
    return _single(e.value) if e.key == "mac" else None


@lru_cache(1 << 14)
def _single(heard: str) -> MAC | None:
    try:
        mac = MAC.parse(heard)
    except ValueError:
        return None
    return None if mac.is_group or mac == "00:00:00:00:00:00" else mac
