"""Listening: what comes in by open ears is sorted by topic, and given to whoever asked for it; a flood is cut, and counted."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any, NamedTuple

from netinv.model import MAC
from netinv.net import wire
from netinv.net.overheard import LONGEST, Overheard, Topic

RATE = 100
"""Messages of one topic taken in a second: no household says more, and a flood must not stop the scan."""
RATES: dict[Topic, int] = {"arp": 2000, "cdp": 20, "lldp": 20, "mdns": 50, "ra": 20}
"""The same where it is another: ARP costs next to nothing to read; what has many parts can take 5 ms."""
WAITING = 512
"""Messages kept for one listener that is slow to take them."""
_READ_AT_ONCE = 256


class Ear(NamedTuple):
    """A socket, not blocking, that something comes in by, and how to read it, given also what the system says of its sender."""

    socket: socket.socket
    read: Callable[[bytes, Any], Overheard | None]


class Listening:
    """Open ears, and those who listen by them."""

    def __init__(self, ears: Sequence[Ear], own: MAC | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`own` is the MAC address that is not listened to."""
        self._ears = tuple(ears)
        self._own = own
        self._listeners: dict[asyncio.Queue[Overheard], frozenset[Topic]] = {}
        self._allowance = _Allowance(clock)
        self._lost = 0

    @property
    def lost(self) -> int:
        """Messages that came faster than they were read or taken."""
        self._lost += sum(wire.dropped(ear.socket) for ear in self._ears if ear.socket.fileno() >= 0)
        return self._lost

    async def listen(self, *topics: Topic) -> AsyncGenerator[Overheard, None]:
        """Everything said on these topics from now on; ends when its reader does."""
        heard: asyncio.Queue[Overheard] = asyncio.Queue(WAITING)
        loop = asyncio.get_running_loop()
        if not self._listeners:
            for ear in self._ears:
                loop.add_reader(ear.socket, self._hear, ear)
        self._listeners[heard] = frozenset(topics)
        try:
            while True:
                yield await heard.get()
        finally:
            del self._listeners[heard]
            if not self._listeners:
                for ear in self._ears:
                    loop.remove_reader(ear.socket)

    def close(self) -> None:
        for ear in self._ears:
            ear.socket.close()

    def _hear(self, ear: Ear) -> None:
        for _ in range(_READ_AT_ONCE):
            try:
                data, sender = ear.socket.recvfrom(LONGEST)
            except OSError:  # nothing more to read, or the interface has gone, which the scan notices elsewhere
                return
            if (heard := ear.read(data, sender)) and (heard.mac is None or heard.mac != self._own):
                self._give(heard)

    def _give(self, heard: Overheard) -> None:
        takers = [queue for queue, topics in self._listeners.items() if heard.topic in topics]
        if not takers:
            return
        if not self._allowance.take(heard.topic):
            self._lost += 1
            return
        for queue in takers:
            if queue.full():
                self._lost += 1
            else:
                queue.put_nowait(heard)


class _Allowance:
    """How many messages of each topic may still be taken in this second."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._spent: Counter[Topic] = Counter()
        self._since = clock()

    def take(self, topic: Topic) -> bool:
        if (now := self._clock()) - self._since >= 1.0:
            self._since = now
            self._spent.clear()
        self._spent[topic] += 1
        return self._spent[topic] <= RATES.get(topic, RATE)
