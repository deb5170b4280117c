"""Whether a simulated device hears a question, and when it answers: loss, delay and sleep."""

import random
from collections import Counter
from dataclasses import dataclass

from netinv.lab.household import SimulatedDevice

AWAKE = 5.0
"""Seconds a device stays awake after a question."""
DISTINCT = 0.05
"""Seconds between two questions that a sleeping device takes for two."""
_NEVER = float("-inf")


@dataclass(slots=True)
class _Mood:
    heard: int = 0
    last: float = _NEVER
    awake_from: float = _NEVER
    awake_until: float = _NEVER


class Attention:
    """The moods of all devices; `counts` learns of questions `lost` and met `asleep`."""

    def __init__(self, rng: random.Random, loss: float, counts: Counter[str]) -> None:
        self._rng = rng
        self._loss = loss
        self._counts = counts
        self._moods: dict[str, _Mood] = {}

    def due(self, device: SimulatedDevice, at: float, *, may_be_lost: bool = True) -> float | None:
        """When the device answers a question that reached it `at`; None if it does not hear it."""
        if may_be_lost and (loss := max(self._loss, device.loss)) and self._rng.random() < loss:
            self._counts["lost"] += 1
            return None
        if device.wakes_on > 1 or device.wakes_after_ms:
            awake_from = self._rouse(device, at)
            if awake_from is None:
                self._counts["asleep"] += 1
                return None
            at = max(at, awake_from)
        return at + device.delay_ms / 1000 * self._rng.uniform(2 / 3, 4 / 3) if device.delay_ms else at

    def _rouse(self, device: SimulatedDevice, at: float) -> float | None:
        """Since when the device is awake, or will be; None if it sleeps on."""
        mood = self._moods.setdefault(device.address, _Mood())
        if at >= mood.awake_until:
            if at - mood.last >= DISTINCT:
                mood.heard, mood.last = mood.heard + 1, at
            if mood.heard < device.wakes_on:
                return None
            mood.heard = 0
            mood.awake_from = at + device.wakes_after_ms / 1000
        mood.awake_until = max(at, mood.awake_from) + AWAKE
        return mood.awake_from
