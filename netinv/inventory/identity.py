"""Which evidence speaks of the same device, by what clues it is known again, and the id it goes by."""

from collections.abc import Iterable, Sequence
from hashlib import blake2s
from ipaddress import ip_address

from netinv.model import MAC, Evidence

Clue = tuple[str, str]
"""Kind and value: `("mac", "aa:bb:cc:dd:ee:ff")`, `("address", "10.0.0.5")`."""


def group(evidence: Iterable[Evidence]) -> tuple[tuple[Evidence, ...], ...]:
    """The evidence of one scan parted by device, in the order of their addresses.

    All addresses that answer with one MAC are one device, and so are all of the scanning machine. An address that answers with
    two MACs is two devices in conflict: each has its own `mac`, and what else was heard there goes to the MAC heard first.
    Without a MAC, as behind a router, each address is a device.
    """
    heard = tuple(evidence)
    first: dict[str, MAC] = {}
    for e in sorted(heard, key=lambda e: e.seen):
        if mac := _mac(e):
            first.setdefault(e.address, mac)
    own = {e.address for e in heard if e.key == "local.self"}
    own_macs = {first[address] for address in own & first.keys()}
    devices: dict[str, list[Evidence]] = {}
    for e in heard:
        mac = _mac(e) or first.get(e.address)
        is_own = mac in own_macs if mac else e.address in own
        devices.setdefault("own" if is_own else mac or e.address, []).append(e)
    return tuple(sorted(map(tuple, devices.values()), key=lambda d: min(by_number(e.address) for e in d)))


def clues(evidence: Iterable[Evidence]) -> tuple[Clue, ...]:
    """By what the device can be known again, strongest first; empty only without evidence.

    A registered MAC comes before one the device made up. An address is a clue only where there is no MAC, and a weak one: another
    device may have it tomorrow, and another network have it too. What is known by its address alone is therefore the same
    device in every network that uses this address.
    """
    evidence = tuple(evidence)
    macs = {mac for e in evidence if (mac := _mac(e))}
    if macs:
        return tuple(("mac", str(mac)) for mac in sorted(macs, key=lambda mac: (mac.is_local, mac)))
    return tuple(("address", address) for address in sorted({e.address for e in evidence}, key=by_number))


def device_id(clues: Sequence[Clue]) -> str:
    """`d` and ten hexadecimal digits, made of the strongest clue alone: whoever finds the same device gives it the same id.

    The letter is for spreadsheets, which take `12e45678` for a number.
    """
    kind, value = clues[0]
    return "d" + blake2s(f"{kind}\0{value}".encode("utf-8", "replace"), digest_size=5).hexdigest()


def by_number(address: str) -> tuple[int, int, str]:
    """Sorts addresses by number, IPv4 first; what is no address comes last."""
    try:
        ip = ip_address(address)
    except ValueError:
        return 9, 0, address
    return ip.version, int(ip), address


def _mac(e: Evidence) -> MAC | None:
    """The MAC of one device that `e` tells, if it does: a group address is many devices', and all zeros nobody's."""
    if e.key != "mac":
        return None
    try:
        mac = MAC.parse(e.value)
    except ValueError:
        return None
    return None if mac.is_group or mac == "00:00:00:00:00:00" else mac
