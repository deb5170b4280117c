"""What devices are told by that is not heard of them: read once for many."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from netinv.inventory.annotations import read_annotations
from netinv.inventory.database import Database
from netinv.inventory.lookup import among
from netinv.inventory.rows import Damaged, number, text
from netinv.inventory.sites import read_sites
from netinv.model import Annotations, Link


class Around(NamedTuple):
    """What is known of these devices, or of all, besides what was heard of them."""

    newest: Mapping[int, int]
    """The latest scan of each network that asked, and did not only listen; the latest of all where none has."""
    networks: Mapping[int, str]
    """What each network is called."""
    annotations: Mapping[int, Annotations]
    links: Mapping[int, tuple[Link, ...]]


def look_around(db: Database, numbers: Collection[int] | None = None) -> Around:
    """What there is to know about these devices, or about all, besides what was heard of them."""
    with db.trouble():
        newest = {number(n): number(scan) for n, scan in db.all(_NEWEST)}
        networks = {site.number: site.label for site in read_sites(db)}
        said: dict[int, dict[str, str]] = defaultdict(dict)
        query = "SELECT device, field, value FROM annotations WHERE 1 = 1"
        for device, field, value in db.all(query + among("device", numbers)):
            said[number(device)][text(field)] = text(value)
        links: dict[int, tuple[Link, ...]] = {}
        query = "SELECT device, one, other, kind, value, strength FROM links WHERE 1 = 1"
        for device, *row in db.all(query + among("device", numbers) + " ORDER BY number"):
            links[number(device)] = (*links.get(number(device), ()), _link(row))
    return Around(newest, networks, {device: read_annotations(fields) for device, fields in said.items()}, links)


_NEWEST = """
    SELECT number, latest FROM
    (SELECT n.number, coalesce(
        (SELECT s.number FROM scans s WHERE s.network = n.number AND s.method <> 'listen' ORDER BY s.number DESC LIMIT 1),
        (SELECT max(s.number) FROM scans s WHERE s.network = n.number)) AS latest
    FROM networks n) newest WHERE latest IS NOT NULL"""


def _link(row: Sequence[object]) -> Link:
    one, other, kind, value, strength = row
    if not isinstance(strength, float):
        raise Damaged("a strength that is none")
    return Link(text(one), text(other), text(kind), text(value), strength)
