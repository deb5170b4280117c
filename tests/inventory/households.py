"""Made-up households over ten scans: who lives there, what each device says of itself, and when it makes up another MAC address.

    python -m tests.inventory.households [HOW MANY] [SEED ...]

prints how many devices that changed their MAC address were known again, how many devices of the inventory are several, and how
many that speak IPv4 and IPv6 are one. A DHCP server gives an address that is free to whoever comes next, guests call their
telephones as the owners do, machines are copied with their keys, and makers give all of a model one name, one certificate or one
UPnP name.
"""

import argparse
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import NamedTuple

from netinv.inventory.devices import build
from netinv.inventory.store import open_inventory
from netinv.model import Device, Evidence, Verdict
from tests.inventory.scans import ROUTER, heard, scan

SCANS = 10
_OWNERS = ("Anna", "Ben", "Chris", "Dilara", "Emil", "Fatma", "Greta", "Hugo", "Ines", "Jonas", "Kim", "Lena")
_PHONES = ("iPhone", "Galaxy-S23", "Pixel-8", "Redmi-Note-12", "Galaxy-A54")


@dataclass
class Gadget:
    """A device as it is."""

    says: dict[str, str]
    """What it tells, by evidence key."""
    macs: list[str]
    """One for each network card."""
    is_private: bool = False
    """It makes its MAC address up, and another one now and then."""
    has_clue: bool = False
    """It says something that is its own, and stays."""
    iid: str | None = None
    """Interface identifier of its link-local IPv6 address, which stays in this network."""
    awake: float = 1.0
    there: range = range(SCANS)
    hides_mac: bool = False
    """The kernel does not always know the MAC address behind its IPv6 address."""


class Tally(NamedTuple):
    """How well devices were known again."""

    rotated: int = 0
    """How often a device with a clue of its own came back with another MAC address."""
    relinked: int = 0
    """How often it was known for what it was."""
    without_clue: int = 0
    """How often one came back so that says nothing of its own: nobody can know it again."""
    devices: int = 0
    """How many devices the inventories hold at the end."""
    false: int = 0
    """How many of them are several devices."""
    torn: int = 0
    """How many devices of two network cards are two in the inventory."""
    dual: int = 0
    """How often a device was heard by IPv4 and by IPv6."""
    one_row: int = 0
    """How often it was one device then."""

    def plus(self, other: "Tally") -> "Tally":
        return Tally(*map(sum, zip(self, other, strict=True)))


def household(random: Random) -> list[Gadget]:
    """A router, people with telephones and computers, things, and guests."""
    owners = random.sample(_OWNERS, random.randint(1, 4))
    found = [Gadget({"route.gateway": "eth0", "dns.ptr": "router.lan"}, [ROUTER])]
    for owner in owners:
        found.append(_phone(random, owner))
        if random.random() < 0.6:
            found.append(_laptop(random, owner))
    found += [_thing(random) for _ in range(random.randint(0, 4))]
    for _ in range(random.choice((0, 0, 1, 2))):
        found += _twins(random)
    if random.random() < 0.15:
        found += _virtual(random)
    for _ in range(random.choice((0, 0, 1, 2))):
        # one in ten is called as the owner is
        guest, day = _phone(random, random.choice(owners if random.random() < 0.1 else _OWNERS)), random.randrange(1, SCANS)
        guest.there = range(day, min(day + random.randint(1, 2), SCANS))
        found.append(guest)
    if random.random() < 0.01:  # somebody buys a new telephone, and it takes over the old one's name
        old, new, day = found[1], _phone(random, owners[0]), random.randrange(2, SCANS)
        new.says = dict(old.says)
        old.there, new.there = range(day), range(day, SCANS)
        found.append(new)
    return found


def lived(random: Random, folder: Path) -> Tally:
    """A household's scans through a real inventory, and what came of them."""
    gadgets = household(random)
    known: dict[int, str] = {}
    seen: dict[int, set[str]] = defaultdict(set)
    owners: dict[str, set[int]] = defaultdict(set)
    counted: Counter[str] = Counter()
    leases: dict[str, str] = {}
    with open_inventory(folder / "inventory.db") as store:
        for day in range(SCANS):
            there = [n for n, g in enumerate(gadgets) if day in g.there and random.random() < g.awake]
            for n in there:
                if gadgets[n].is_private and random.random() < 0.35:
                    gadgets[n].macs = [_made_up(random)]
            evidence = [
                _told(random, _leased(random, leases, gadgets[n].macs[card], gadgets), card, gadgets[n])
                for n in there
                for card in range(len(gadgets[n].macs))
            ]
            recorded = store.record(scan(*evidence, hours=day * 24, judge=_judged))
            for change in recorded.changes:
                if change.field == "joined":
                    owners[change.device] |= owners.pop(change.before or "", set())
                    known = {n: change.device if at == change.before else at for n, at in known.items()}
            ids = {str(mac): device.id for device in recorded.scan.devices for mac in device.macs}
            at = {address: device.id for device in recorded.scan.devices for address in device.addresses}
            for n in there:
                if local := _link_local(gadgets[n], 0):
                    counted["dual"] += 1
                    counted["one_row"] += at.get(local) == at.get(leases[gadgets[n].macs[0]])
            for n in there:
                gadget = gadgets[n]
                this = ids[gadget.macs[0]]
                if seen[n] and not seen[n].intersection(gadget.macs):
                    counted["rotated" if gadget.has_clue else "without_clue"] += 1
                    counted["relinked"] += gadget.has_clue and known[n] == this
                known[n] = this
                seen[n].update(gadget.macs)
                for mac in gadget.macs:
                    owners[ids[mac]].add(n)
        counted["torn"] = sum(len({ids.get(mac) for mac in gadgets[n].macs}) > 1 for n in there)
        counted["devices"] = len(store.devices(brief=True))
    counted["false"] = sum(len(of) > 1 for of in owners.values())
    return Tally(**{name: counted[name] for name in Tally._fields})


def tally(households: int, seed: int = 1) -> Tally:
    """Of so many households."""
    total = Tally()
    for n in range(households):
        with tempfile.TemporaryDirectory() as folder:
            total = total.plus(lived(Random(seed * 100_003 + n), Path(folder)))
    return total


def _phone(random: Random, owner: str) -> Gadget:
    model = random.choice(_PHONES)
    gadget = Gadget({"dhcp.hostname": model}, [_made_up(random)], is_private=True, awake=random.uniform(0.6, 0.95))
    if random.random() < 0.6:  # named by its owner
        named = f"{owner}s-{model}"
        gadget.says = {"dhcp.hostname": named, "mdns.hostname": f"{named}.local"}
        gadget.has_clue = True
    elif random.random() < 0.3:  # two of one model on one link: the second has had to give way (RFC 6762, 9)
        gadget.says["mdns.hostname"] = random.choice((f"{model}.local", f"{model}-2.local"))
    if random.random() < 0.4:
        gadget.iid, gadget.has_clue = _hex(random, 16), True
    gadget.hides_mac = random.random() < 0.3
    return gadget


def _laptop(random: Random, owner: str) -> Gadget:
    name = random.choice((f"{owner}s-MacBook-Pro", f"DESKTOP-{_hex(random, 7).upper()}", "MacBook-Pro", "ubuntu"))
    gadget = Gadget({"mdns.hostname": f"{name}.local", "ssh.hostkey": f"SHA256:{_hex(random, 43)}"}, [_registered(random)])
    if random.random() < 0.3:
        gadget.says.pop("ssh.hostkey")
    if random.random() < 0.5:
        gadget.macs, gadget.is_private, gadget.awake = [_made_up(random)], True, 0.8
        gadget.has_clue = "ssh.hostkey" in gadget.says or owner in name or "DESKTOP" in name
    elif "ssh.hostkey" in gadget.says:
        gadget.macs.append(_registered(random))  # in its dock, with the radio on
    return gadget


def _thing(random: Random) -> Gadget:
    uuid = "-".join(_hex(random, n) for n in (8, 4, 4, 4, 12))
    said = random.choice(
        (
            {"dhcp.hostname": f"ESP_{_hex(random, 6).upper()}"},
            {"ssdp.usn": f"uuid:{uuid}::upnp:rootdevice", "mdns.hostname": "LGwebOSTV.local"},
            {"mdns.txt": f"_googlecast._tcp id={_hex(random, 32)}", "dns.ptr": "Google-Home.lan"},
            {"snmp.serial": _hex(random, 10), "mdns.hostname": f"BRW{_hex(random, 12).upper()}.local"},
            {"dns.ptr": "camera.lan", "tls.fingerprint": "the certificate of all cameras of that maker"},
        )
    )
    return Gadget(said, [_registered(random)], awake=random.choice((1.0, 1.0, 0.8)))


def _twins(random: Random) -> list[Gadget]:
    """Two that say the same in part: virtual machines of one image, cameras of one make, telephones of one model."""
    key = f"SHA256:{_hex(random, 43)}"
    copies = [Gadget({"ssh.hostkey": key, "mdns.hostname": f"vm-{_hex(random, 8)}.local"}, [_made_up(random)]) for _ in range(2)]
    cameras = [
        Gadget({"tls.fingerprint": "of all cameras", "dns.ptr": "ipcam.lan"}, [_registered(random)], awake=0.9) for _ in "ab"
    ]
    model = random.choice(_PHONES)
    phones = [
        Gadget({"dhcp.hostname": model, "mdns.hostname": f"{model}{end}.local"}, [_made_up(random)], is_private=True, awake=0.7)
        for end in ("", "-2")
    ]
    called = random.choice(("MediaRenderer", "VizioCast"))
    udn = "-".join(_hex(random, n) for n in (8, 4, 4, 4, 12))
    televisions = [  # whose maker writes one UPnP name into all of a model
        Gadget({"ssdp.usn": f"uuid:{udn}::upnp:rootdevice", "dhcp.hostname": called}, [_registered(random)], awake=0.8)
        for _ in "ab"
    ]
    plugs = [  # with the firmware's own key and certificate, and no name
        Gadget({"ssh.hostkey": key, "tls.fingerprint": "of all plugs"}, [_registered(random)], awake=0.9) for _ in "abc"
    ]
    numbers = [Gadget({"upnp.serial": "00000001"}, [_registered(random)]) for _ in "ab"]
    return random.choice((copies, cameras, phones, televisions, plugs, numbers))


def _virtual(random: Random) -> list[Gadget]:
    """A host with containers, or machines copied with key and name, one of which is not always on."""
    key, host = f"SHA256:{_hex(random, 43)}", f"nas-{_hex(random, 4)}.local"
    if random.random() < 0.5:
        found = [Gadget({"ssh.hostkey": key, "mdns.hostname": host}, [_registered(random)])]
        for name in random.sample(("homeassistant", "pihole", "grafana", "jellyfin"), 2):
            found.append(Gadget({"dns.ptr": f"{name}.lan"}, [f"02:42:0a:{_hex(random, 2)}:00:{_hex(random, 2)}"]))
        return found
    name = random.choice(("ubuntu", "debian", f"app-{_hex(random, 3)}"))
    return [
        Gadget({"ssh.hostkey": key, "dns.ptr": f"{name}.lan"}, [f"52:54:00:{random.randbytes(3).hex(':')}"], awake=awake)
        for awake in (1.0, 1.0, 0.6)
    ]


def _leased(random: Random, leases: dict[str, str], mac: str, gadgets: list[Gadget]) -> str:
    """The address a MAC has: its own from before, or one that nobody there has, be it another's from before."""
    there = {mac for gadget in gadgets for mac in gadget.macs}
    for gone in leases.keys() - there:
        del leases[gone]  # a made-up one that is let go: its address is free
    if mac not in leases:
        free = [a for n in range(20, 120) if (a := f"10.0.0.{n}") not in leases.values()]
        leases[mac] = "10.0.0.1" if mac == ROUTER else random.choice(free[:6])
    return leases[mac]


def _link_local(gadget: Gadget, card: int) -> str | None:
    if not gadget.iid or card:
        return None
    return "fe80::" + ":".join(gadget.iid[at : at + 4].lstrip("0") or "0" for at in range(0, 16, 4))


def _told(random: Random, address: str, card: int, gadget: Gadget) -> list[Evidence]:
    mac = gadget.macs[card]
    told = heard(address, mac)
    told += [replace(told[0], key=key, value=value, probe=key.partition(".")[0]) for key, value in gadget.says.items()]
    if local := _link_local(gadget, card):
        told += [replace(told[0], address=local, key="ipv6.iid", value="opaque", probe="ipv6")]
        if gadget.hides_mac and random.random() < 0.5:  # each lists the other by multicast DNS
            told += [replace(told[0], address=a, key="mdns.address", value=b) for a, b in ((address, local), (local, address))]
        else:
            told += heard(local, mac)
    return told


def _judged(evidence: Iterable[Evidence]) -> Device:
    """Without rules, which cost most of the time and change nothing here."""
    return build(evidence, verdict=Verdict(), name=None, names=(), vendor=None)


def _hex(random: Random, digits: int) -> str:
    return f"{random.getrandbits(digits * 4):0{digits}x}"


def _made_up(random: Random) -> str:
    return bytes((random.getrandbits(8) & 0xFC | 2, *random.randbytes(5))).hex(":")


def _registered(random: Random) -> str:
    return bytes((0x3C, 0x22, 0xFB, *random.randbytes(3))).hex(":")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.inventory.households", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("households", nargs="?", type=int, default=1000, metavar="HOW MANY", help="default 1000")
    parser.add_argument("seeds", nargs="*", type=int, default=[1], metavar="SEED", help="one run each (default 1)")
    asked = parser.parse_args()
    households: int = asked.households
    for seed in asked.seeds:
        found = tally(households, seed)
        print(f"seed {seed}: {households:,} households, {found.devices:,} devices in their inventories")
        print(f"  known again: {found.relinked:,} of {found.rotated:,} ({found.relinked / found.rotated:.2%})")
        print(f"  came back without any clue: {found.without_clue:,}")
        print(
            f"  devices that are several: {found.false:,} ({found.false / found.devices:.2%}); two that are one: {found.torn:,}"
        )
        print(f"  one row for IPv4 and IPv6: {found.one_row:,} of {found.dual:,} ({found.one_row / found.dual:.2%})")
