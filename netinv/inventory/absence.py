"""Who was asked by a scan and kept silent, and of whom that means that they left."""

from collections.abc import Sequence

from netinv.inventory.database import Database
from netinv.inventory.history import Asking
from netinv.inventory.presence import Habit
from netinv.inventory.rows import number, read_kind, read_texts, text
from netinv.inventory.traces import are_made_up
from netinv.model import MAC, Change, Scan

_ON_LINK = frozenset({"arp", "neighbours"})
"""Ways of asking that whoever is on the link must answer; echo requests many ignore."""


def who_kept_silent(db: Database, scan: Scan, asked: Asking, network: int, this: int) -> list[tuple[int, Change]]:
    """Note for each device of the network that this scan asked and did not hear; those who are gone by now, as changes.

    A scan that was cut short asked nobody for certain.
    """
    if scan.is_partial or not scan.method:
        return []
    rows, gone = [], []
    for device, name, heard, missed, silent, longest, its_macs, its_addresses, verdict in db.all(_SILENT, network, this):
        macs = read_texts(its_macs)
        if not ways_to_ask(scan.method, macs, read_texts(its_addresses), asked):
            continue
        before = Habit(number(heard), number(missed), number(silent), number(longest))
        # one silence is no departure, of whatever kind it is
        kind = read_kind(verdict) if before.silent else ""
        habit = before.kept_silent(kind, is_private=are_made_up(map(MAC, macs)))
        rows.append((habit.silent, this if habit.is_gone else None, number(device)))
        if habit.is_gone:
            gone.append((number(device), Change(scan.finished, text(name), "presence", "here", "gone")))
    db.run_all("UPDATE devices SET silent = ?, gone = ? WHERE number = ?", rows)
    return gone


_SILENT = """
    SELECT d.number, d.id, d.heard, d.missed, d.silent, d.longest, o.macs, o.addresses, o.verdict
    FROM devices d JOIN opinions o ON o.device = d.number WHERE d.network = ? AND d.last_scan < ? AND d.gone IS NULL"""


def ways_to_ask(method: str, macs: Sequence[str], addresses: Sequence[str], asked: Asking) -> bool:
    """Whether a scan by these means asked the device so that it had to answer, at one of its addresses at least."""
    means = set(method.split("+")) - {"", "listen"}  # who is only listened to may keep silent
    # Behind a router, where no MAC is heard, ARP does not reach.
    return bool(means & _ON_LINK if macs else means - _ON_LINK) and any(map(asked.covers, addresses))
