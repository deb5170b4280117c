"""One sweep under way: who was asked when, who has answered, and which answers fit. Of the silent only times are kept."""

import asyncio
from array import array
from ipaddress import IPv4Address
from statistics import median

from netinv.model import MAC
from netinv.net.medium import Heard
from netinv.net.network import Reply
from netinv.net.roster import Roster

MACS = 8
"""Answers by different MAC addresses taken of one address: two are a conflict, more a flood or a fault."""
BEACON = (0.015, 0.25)
"""Seconds: longer than a cable takes, and no longer than two beacons of 102.4 ms; who sleeps takes longer."""
_TIMED = 256
"""Round trips kept to judge the link by."""


class Flight:
    """The state of one sweep; `hear` is its only way to learn."""

    def __init__(self, roster: Roster, *, is_over_targets: bool, is_eager: bool = False) -> None:
        self.roster = roster
        self._is_eager = is_eager
        """Asked again within milliseconds, so that which question was answered says nothing of the host."""
        self.is_over_targets = is_over_targets
        self.asked: list[array[float]] = []
        """One array a round: when each address was asked, 0 for not."""
        self.answered = bytearray(len(roster))
        self.silent = len(roster)
        self.replies: asyncio.Queue[Reply | None] = asyncio.Queue()
        self.everybody = asyncio.Event()
        """Set when all have answered."""
        self.flooded: set[int] = set()
        """Addresses that more than `MACS` answered for."""
        self.last_asked = 0.0
        self.round_trips: list[float] = []
        """Seconds, of the first answers that came to a first question."""
        self.awaited: dict[int, float] = {}
        """Witnesses: addresses that have answered and were asked once more, and when."""
        self.witnessed = asyncio.Event()
        """Set when no witness is awaited any more."""
        self.macs: set[MAC | None] = set()
        """Who has answered, at whatever address."""
        self._told: dict[int, list[MAC | None]] = {}
        self._new: list[int] = []

    def note_asked(self, index: int, attempt: int, now: float) -> None:
        """A question leaves for this address."""
        if attempt > len(self.asked):
            self.asked += [array("d", bytes(8 * len(self.roster))) for _ in range(len(self.asked), attempt)]
        self.asked[attempt - 1][index] = self.last_asked = now

    def take_back(self, index: int, attempt: int) -> None:
        """The question did not leave after all."""
        self.asked[attempt - 1][index] = 0.0

    @property
    def usual_wait(self) -> float | None:
        """The usual round trip in seconds; None while nobody has answered a first question."""
        return median(self.round_trips) if self.round_trips else None

    @property
    def is_over_air(self) -> bool:
        """Whether some answers took as long as an access point keeps a broadcast for the next beacon (IEEE 802.11, 11.2.3)."""
        slow = sum(BEACON[0] < seconds < BEACON[1] for seconds in self.round_trips)
        return slow >= 3 and slow >= len(self.round_trips) / 8

    @property
    def is_timing(self) -> bool:
        """Whether more round trips are wanted."""
        return len(self.round_trips) < _TIMED

    def take_new(self) -> list[int]:
        """Those who have answered for the first time since this was last asked, in the order of their answers."""
        new, self._new = self._new, []
        return new

    def hear(self, heard: Heard, now: float) -> bool:
        """Take an answer if it fits a question in flight."""
        index = self.roster.index(heard.number)
        if index < 0:
            return False
        attempt = heard.attempt or next((a for a in range(len(self.asked), 0, -1) if self.asked[a - 1][index]), 0)
        if not 1 <= attempt <= len(self.asked) or not (asked := self.asked[attempt - 1][index]):
            return False
        now = max(now, asked)  # the clock of arrivals is another
        told = self._told.setdefault(index, [])
        if heard.mac in told:
            self._hear_again(index, now)
            return True
        if len(told) >= MACS:
            self.flooded.add(index)
            return True
        told.append(heard.mac)
        self.macs.add(heard.mac)
        if not self.answered[index]:
            self.answered[index] = 1
            self._new.append(index)
            self.silent -= 1
            if not self.silent:
                self.everybody.set()
        # After a second question nobody can tell which one an ARP reply answers, so it has no round-trip time.
        rtt = (now - asked) * 1000 if heard.attempt or attempt == 1 else None
        if attempt == 1 and self.is_timing:
            self.round_trips.append(now - asked)
        attempt = 1 if self._is_eager else attempt
        self.replies.put_nowait(Reply(str(IPv4Address(heard.number)), heard.mac, rtt, heard.ttl, attempt, heard.said))
        return True

    def _hear_again(self, index: int, now: float) -> None:
        if self.awaited.pop(index, None) is not None and not self.awaited:
            self.witnessed.set()
