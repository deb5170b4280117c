"""Which network a scan was of: told by the networks on the sensor's link, and by the MAC of its gateway.

Two sites may use the same addresses. Where no gateway was heard, as on a link without one, a network is that which this sensor
scanned before, or one most of whose neighbours are here; else it is a new one, lest one site's silence count at another.
"""

from collections.abc import Collection, Mapping, Sequence

from netinv.inventory.database import Database
from netinv.inventory.lookup import AT_ONCE, among, last_number
from netinv.inventory.rows import number, text
from netinv.model import Scan

UNHEARD = "?"
"""Before the name of the sensor that met a network, in the place of its gateway's MAC, as long as that was not heard."""
_NAMELESS = "local"
"""What every sensor was called before they had names."""
_ENOUGH = 2
"""Neighbours by whom a network is known at the least: one alone may be a visitor."""


def network_of(db: Database, scan: Scan) -> int:
    """The number of the network, a new one if need be; within a transaction."""
    prefix = ", ".join(dict.fromkeys(str(n) for i in scan.interfaces for n in i.networks))
    address = next((i.gateway for i in scan.interfaces if i.gateway), None)
    heard = [e.value for d in scan.devices for e in d.evidence if e.key == "mac" and e.address == address]
    alike = {text(gateway): number(n) for gateway, n in db.all("SELECT gateway, number FROM networks WHERE prefix = ?", prefix)}
    # Two MACs at the gateway's address are a conflict: the one known before tells where we are.
    if known := next((alike[mac] for mac in heard if mac in alike), None):
        return known
    unheard = {gateway: n for gateway, n in alike.items() if not gateway or gateway.startswith(UNHEARD)}
    if at := _known_otherwise(db, scan, unheard if heard else alike):
        if heard:
            db.run("UPDATE networks SET gateway = ? WHERE number = ?", heard[0], at)
        return at
    new = last_number(db, "networks") + 1
    gateway = heard[0] if heard else UNHEARD + text(scan.sensor)
    db.run("INSERT INTO networks (number, prefix, gateway) VALUES (?, ?, ?)", new, prefix, gateway)
    return new


def _known_otherwise(db: Database, scan: Scan, alike: Mapping[str, int]) -> int | None:
    """Which of these networks it is, by who scanned them and who is there; None if it may be another."""
    if not alike:
        return None
    query = "SELECT sensor, max(number), network FROM scans WHERE 1 = 1" + among("network", alike.values())
    last = [(text(sensor), number(n)) for sensor, _, n in db.all(query + " GROUP BY sensor, network ORDER BY 2 DESC")]
    for sensor, network in last:
        if sensor == text(scan.sensor):
            return network
    if (met := alike.get(UNHEARD + text(scan.sensor))) is not None:
        return met
    if (most := _most_neighbours(db, scan, alike.values())) is not None:
        return most
    return last[0][1] if last and {sensor for sensor, _ in last} == {_NAMELESS} else None


def _most_neighbours(db: Database, scan: Scan, networks: Collection[int]) -> int | None:
    """The network in which most of those who are here were heard last, this machine apart."""
    others = [d for d in scan.devices if d.macs and not any(e.key == "local.self" for e in d.evidence)]
    macs: Sequence[str] = sorted({mac for device in others for mac in device.macs})
    here: dict[int, set[int]] = {}
    for start in range(0, len(macs), AT_ONCE):
        some = macs[start : start + AT_ONCE]
        query = (
            "SELECT DISTINCT d.network, d.number FROM clues c JOIN devices d ON d.number = c.device"
            f" WHERE c.kind = 'mac' AND c.value IN ({', '.join('?' * len(some))})"
        )
        for network, device in db.all(query + among("d.network", networks), *some):
            here.setdefault(number(network), set()).add(number(device))
    for network, devices in here.items():
        if len(devices) >= _ENOUGH and 2 * len(devices) > len(others):
            return network
    return None
