"""The networks an inventory knows, what each is called, and which one a user's word means."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from netinv.errors import UsageError
from netinv.inventory.database import Database
from netinv.inventory.reference import as_mac
from netinv.inventory.rows import moment, number, text
from netinv.inventory.siting import UNHEARD
from netinv.text import clean

HERE = "here"
"""The word for the network that was scanned last."""


@dataclass(frozen=True, slots=True)
class Site:
    """A network as a sensor met it, told from others by its address range and the MAC of its gateway."""

    number: int
    name: str
    """As its user calls it; empty until he does."""
    prefix: str
    """The networks on the sensor's link: `10.0.0.0/24`; empty where that was not known."""
    gateway: str
    """The MAC of the gateway; empty as long as it was not heard."""
    label: str
    """What to call it: its name, else its prefix, and the gateway where two would be called the same; may be empty."""


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """A network with what is known of it."""

    site: Site
    devices: int
    """Heard last there, and not gone."""
    gone: int
    scans: int
    last_scan: datetime | None


def read_sites(db: Database) -> tuple[Site, ...]:
    """Every network, in the order they were met."""
    rows = [
        (number(n), text(name), text(prefix), *_gateway(text(gateway)))
        for n, name, prefix, gateway in db.all("SELECT number, name, prefix, gateway FROM networks ORDER BY number")
    ]
    called = Counter(name or prefix for _, name, prefix, _, _ in rows)

    def label(name: str, prefix: str, gateway: str, sensor: str) -> str:
        short, by = name or prefix, f" of sensor {sensor}" if sensor not in ("", "local") else ""
        return f"{short} via {gateway or f'an unknown gateway{by}'}".lstrip() if called[name or prefix] > 1 else short

    return tuple(
        Site(n, name, prefix, gateway, label(name, prefix, gateway, sensor)) for n, name, prefix, gateway, sensor in rows
    )


def _gateway(kept: str) -> tuple[str, str]:
    """Its MAC; and which sensor met the network, as long as there is none."""
    return ("", kept[len(UNHEARD) :]) if kept.startswith(UNHEARD) else (kept, "")


def summaries(db: Database) -> tuple[SiteSummary, ...]:
    """Every network that was scanned, the latest first."""
    devices = {number(n): (number(d), number(g)) for n, d, g in db.all(_DEVICES)}
    scans = {number(n): (number(count), number(last), moment(at)) for n, count, last, at in db.all(_SCANS)}
    found = [
        (
            scans[site.number][1],
            SiteSummary(site, *devices.get(site.number, (0, 0)), scans[site.number][0], scans[site.number][2]),
        )
        for site in read_sites(db)
        if site.number in scans
    ]
    return tuple(summary for _, summary in sorted(found, key=lambda entry: -entry[0]))


def meant_site(db: Database, word: str) -> Site:
    """The network a user means by its name, prefix, gateway's MAC, or `here`; UsageError if it is none or several."""
    sites, word = read_sites(db), clean(word)
    if word.casefold() == HERE:
        latest = db.all("SELECT network FROM scans ORDER BY number DESC LIMIT 1")
        return next(site for site in sites if latest and site.number == number(latest[0][0])) if latest else _none(word, sites)
    for match in (
        [site for site in sites if site.name and site.name.casefold() == word.casefold()],
        [site for site in sites if word in (site.prefix, site.label) or word in site.prefix.split(", ")],
        [site for site in sites if site.gateway and site.gateway == as_mac(word)],
    ):
        if len(match) == 1:
            return match[0]
        if match:
            labels = ", ".join(f"'{site.gateway or site.label}'" for site in match)
            raise UsageError(f"'{word}' means {len(match)} networks", hint=f"say which by the MAC of its gateway: {labels}")
    return _none(word, sites)


def rename(db: Database, word: str, name: str) -> Site:
    """Call a network by this name; the network as it was. UsageError where another has the name. Within a transaction."""
    site, name = meant_site(db, word), clean(name)
    for other in read_sites(db):
        if name and other.number != site.number and name.casefold() in (other.name.casefold(), other.prefix):
            raise UsageError(f"another network is called '{name}'", hint="choose another name")
    if name.casefold() == HERE:
        raise UsageError(f"'{HERE}' means the network that was scanned last", hint="choose another name")
    db.run("UPDATE networks SET name = ? WHERE number = ?", name, site.number)
    return site


def _none(word: str, sites: Sequence[Site]) -> Site:
    from difflib import get_close_matches  # 1 ms, for a typing error only

    labels = [site.label for site in sites]
    near = get_close_matches(word, labels, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there {'is' if len(labels) == 1 else 'are'} {', '.join(labels) or 'none'}"
    raise UsageError(f"no network is known as '{clean(word, 80)}'", hint=hint)


_DEVICES = """
    SELECT network, sum(CASE WHEN gone IS NULL THEN 1 ELSE 0 END), sum(CASE WHEN gone IS NULL THEN 0 ELSE 1 END)
    FROM devices GROUP BY network"""
_SCANS = """
    SELECT n.network, n.scans, n.last, s.finished FROM
    (SELECT network, count(*) AS scans, max(number) AS last FROM scans GROUP BY network) n JOIN scans s ON s.number = n.last"""
