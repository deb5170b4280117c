"""Devices as lists show them: what was last thought of each, without what was heard of it.

Ten thousand are read column by column: whether a whole column is text that may be printed is one question, not ten thousand.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from netinv.inventory.annotations import annotated
from netinv.inventory.around import look_around
from netinv.inventory.database import Database
from netinv.inventory.lookup import among
from netinv.inventory.presence import presence
from netinv.inventory.rows import Damaged, moment, number, optional_text, read_evidence, read_names, read_texts, text
from netinv.inventory.verdicts import read_brief_verdict
from netinv.model import MAC, Device, Evidence


def briefly(db: Database, rules: str, numbers: Collection[int] | None = None, network: int | None = None) -> list[Device] | None:
    """These devices, or all, or those heard last in a network; None where an opinion is not of these rules. Within `reading`.

    Of the evidence they have what tells which is this machine; their verdicts have neither alternatives nor details.
    """
    query = _DEVICES + ("" if network is None else f" AND d.network = {int(network)}")
    rows = db.all(query + among("d.number", numbers))
    if not rows:
        return []
    known, networks, began, heard, silent, ids, names, vendors, firsts, lasts, gone, rtts, *told, asked = zip(*rows, strict=True)
    if set(asked) != {rules}:
        return None
    if not {float, type(None)}.issuperset(map(type, rtts)):
        raise Damaged("a round-trip time that is none")
    around, own = look_around(db), _own(db)
    of_scan = "SELECT number, sensor FROM scans WHERE 1 = 1"
    sensors = {number(scan): text(sensor) for scan, sensor in db.all(of_scan + among("number", set(_numbers(heard))))}
    columns = (
        *map(_numbers, (known, networks, began, heard, silent)),
        *(_texts(ids), _optional_texts(names), _optional_texts(vendors)),
        *(_moments(firsts), _moments(lasts)),
        *(gone, rtts, *told),
    )
    devices = []
    for at, site, first_scan, scan, silences, who, name, vendor, first, last, left, rtt, said, ips, cards, verdict in zip(
        *columns, strict=True
    ):
        newest = around.newest.get(site, 0)
        device = Device(  # in their order: by name it would take a quarter longer
            who,
            read_texts(ips),
            tuple(map(MAC, read_texts(cards))),
            name,
            read_names(said),
            vendor,
            read_brief_verdict(verdict),
            tuple(own.get(at, ())),
            min(first, last),  # even if the clock was set back since
            last,
            first_scan >= newest,
            rtt,
            presence(is_gone=left is not None, is_silent=silences > 0, was_heard=scan >= newest),
            around.networks.get(site, ""),
            sensors.get(scan, ""),
            links=around.links.get(at, ()),
        )
        devices.append(annotated(device, words) if (words := around.annotations.get(at)) else device)
    return devices


_DEVICES = """
    SELECT d.number, d.network, d.first_scan, d.last_scan, d.silent, d.id, o.name, o.vendor, d.first_seen, d.last_seen,
    d.gone, d.rtt, o.names, o.addresses, o.macs, o.verdict, o.rules
    FROM devices d LEFT JOIN opinions o ON o.device = d.number WHERE 1 = 1"""
_OWN = """
    SELECT e.address, e.key, e.value, e.probe, e.last_seen, e.device FROM evidence e
    JOIN devices d ON d.number = e.device AND d.network = e.network WHERE e.ended IS NULL AND e.key = 'local.self'"""


def _own(db: Database) -> dict[int, list[Evidence]]:
    """Which is this machine, by what was heard of it."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    for row in db.all(_OWN):
        found[number(row[5])].append(read_evidence(row))
    return found


def _texts(column: Sequence[object]) -> Sequence[str]:
    """As `text` has each."""
    if set(map(type, column)) <= {str} and "".join(column).isprintable():  # type: ignore[arg-type]
        return column  # type: ignore[return-value]
    return list(map(text, column))


def _optional_texts(column: Sequence[object]) -> Sequence[str | None]:
    """As `optional_text` has each."""
    told = [cell for cell in column if cell is not None]
    return column if _texts(told) is told else list(map(optional_text, column))  # type: ignore[return-value]


def _numbers(column: Sequence[object]) -> Sequence[int]:
    """As `number` has each."""
    if set(map(type, column)) == {int} and min(column) >= 0:  # type: ignore[type-var,operator]
        return column  # type: ignore[return-value]
    return list(map(number, column))


def _moments(column: Sequence[object]) -> Sequence[datetime]:
    """As `moment` has each."""
    known = {value: moment(value) for value in set(column)}
    return [known[value] for value in column]
