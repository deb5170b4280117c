"""Asking once more, each alone, who was here before and keeps silent: over the air a broadcast gets lost, and this does not.

An access point sends a broadcast once, and nobody acknowledges it; what is for one station it keeps until that wakes, and sends
until it is acknowledged (IEEE 802.11, 11.2.3). So who stays silent to this does not merely doze.
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import islice

from netinv.model import MAC
from netinv.net.flight import Flight
from netinv.net.medium import ROUND
from netinv.net.rounds import Outlet

TIMES = 3
"""How often each is asked, a `ROUND` apart: stations doze over a few beacons of a tenth of a second, and seldom over more."""
MOST = 128
"""So many are asked, those heard last of before the others."""
_LOOK = 0.05
"""Seconds between two looks at who is missing yet, while there is time for their answers."""

Expected = Mapping[int, MAC | None]
"""Who should be in one network, by address as a number; None is whose MAC is not known. Who was heard last comes first."""


async def ask_again(outlet: Outlet, flight: Flight, networks: Sequence[Expected]) -> None:
    """Returns when the last question has left; at once where everybody has answered who is expected.

    Nobody of a network is asked of whom none has answered: this may be another that uses the same addresses.
    """
    there = [_on_roster(flight, network) for network in networks]
    begin, slot = flight.last_asked + ROUND, 1 / (outlet.pace.rate * outlet.medium.share)
    for attempt in range(len(flight.asked) + 1, len(flight.asked) + 1 + TIMES):
        while (missing := _missing(flight, there)) and (wait := begin - outlet.pace.clock()) > 0:  # noqa: ASYNC110 - as below
            await asyncio.sleep(min(wait, _LOOK))
        outlet.slots_planned += len(missing)
        for place, (index, mac) in enumerate(missing.items()):
            due = begin + place * slot
            while (wait := max(due - outlet.pace.clock(), outlet.pace.delay())) > 0:  # noqa: ASYNC110 - it awaits time
                await asyncio.sleep(wait)
            outlet.slots_passed += 1
            if not flight.answered[index]:
                await outlet.send(flight, index, attempt, mac)
        begin += max(ROUND, len(missing) * slot)


def _on_roster(flight: Flight, network: Expected) -> dict[int, MAC | None]:
    """Those of a network who have been asked, by their place on the roster."""
    return {index: mac for number, mac in network.items() if (index := flight.roster.index(number)) >= 0}


def _missing(flight: Flight, networks: Sequence[Mapping[int, MAC | None]]) -> dict[int, MAC | None]:
    """Who has not been heard, at whatever address."""
    found: dict[int, MAC | None] = {}
    for network in networks:
        if any(mac in flight.macs if mac else flight.answered[index] for index, mac in network.items()):
            found |= {i: mac for i, mac in network.items() if not flight.answered[i] and mac not in flight.macs}
    return dict(islice(found.items(), MOST))
