"""Which MAC addresses of a device are former ones: made up, and let go of for others, as telephones and laptops do for privacy.

What answered a question is asked again, and ends with the next answer. What was only overheard, such as who has an IPv6 address
or sent a DHCP request, nobody asks for, so it would hold for ever: it ends once enough whole scans heard the device without it.
A registered MAC address is a network card, which may be unplugged and come back; it is never a former one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from netinv.inventory.absence import NODES, ON_LINK
from netinv.inventory.database import Database
from netinv.inventory.history import Asking, Span, asking
from netinv.inventory.rows import contains, number, text
from netinv.inventory.traces import is_virtual
from netinv.model import MAC, Evidence, Scan

_SUCCEEDED = 2
"""Whole scans without it after which it is a former one, where the device was first heard by another made-up one after that."""
_ASLEEP = 16
"""The same where both were there before: of two network cards one may sleep through the night."""


class Succession:
    """What a scan, and the whole ones before it in its network, tell of MAC addresses they did not hear; those are read once."""

    def __init__(self, db: Database, scan: Scan, asked: Asking, network: int) -> None:
        self._db = db
        self._network = network
        self._method = scan.method
        self._asked = asked
        self._prefix = ""
        self._rounds: list[tuple[int, object, str, Asking]] | None = None

    def former(self, device: int, held: Sequence[Span], heard: Iterable[Evidence]) -> frozenset[str]:
        """The MAC addresses among `held` that are no longer the device's, now that it was `heard`."""
        shown: dict[str, set[str]] = defaultdict(set)
        """By address, also of those heard without a MAC."""
        now: set[str] = set()
        for e in heard:
            macs = shown[e.address]
            if e.key == "mac":
                macs.add(e.value)
                now.add(e.value)
        told = [span for span in held if span.key == "mac"]
        unheard = {span.value for span in told if span.value not in now}
        if not now or not unheard or not any(map(_is_made_up, unheard)):
            return frozenset()
        of: dict[str, list[Span]] = defaultdict(list)
        for span in told:
            of[span.value].append(span)
        begun = {mac: min((number(span.begun) for span in of[mac]), default=None) for mac in now if _is_made_up(mac)}
        found = set()
        for mac in filter(_is_made_up, unheard):
            if any(span.address in shown and not shown[span.address] for span in of[mac]):
                continue  # one of its addresses spoke, and nobody knows by which
            last = max(number(span.heard) for span in of[mac])
            succeeded = any(first is None or first > last for first in begun.values())
            if self._asked_in_vain(device, [span.address for span in of[mac]], last) >= (_SUCCEEDED if succeeded else _ASLEEP):
                found.add(mac)
        return frozenset(found)

    def _asked_in_vain(self, device: int, addresses: Sequence[str], last: int) -> int:
        """How many whole scans after the one numbered `last` heard the device and asked at all these addresses, with this one."""
        if self._rounds is None:
            self._read()
        if not self._was_asked(self._method, self._asked, addresses):
            return 0
        return 1 + sum(
            at > last and contains(present, device) and self._was_asked(method, asked, addresses)
            for at, present, method, asked in self._rounds or ()
        )

    def _was_asked(self, method: str, asked: Asking, addresses: Iterable[str]) -> bool:
        """Of IPv6, whether the whole link was: an address that answers no question, its host might have answered at another."""
        means = set(method.split("+"))
        on_link, to_nodes = bool(means & ON_LINK), NODES in means and asked.covers_link(self._prefix)
        return all(to_nodes if ":" in address else on_link and asked.covers(address) for address in addresses)

    def _read(self) -> None:
        [[prefix]] = self._db.all("SELECT coalesce((SELECT prefix FROM networks WHERE number = ?), '')", self._network)
        self._prefix = text(prefix)
        rows = self._db.all(
            "SELECT number, present, method, targets FROM scans WHERE network = ? AND is_partial = 0 AND method <> 'listen'"
            " ORDER BY number DESC LIMIT ?",
            self._network,
            2 * _ASLEEP,
        )
        self._rounds = [(number(at), there, text(how), asking("", text(asked), False, ())) for at, there, how, asked in rows]


def _is_made_up(mac: str) -> bool:
    try:
        return MAC.parse(mac).is_local and not is_virtual(mac)
    except ValueError:
        return False
