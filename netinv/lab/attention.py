"""Whether a simulated device hears a question, and when it answers: loss, delay and sleep."""

import random
from collections import Counter
from dataclasses import dataclass

from netinv.lab.household import SimulatedDevice
from netinv.lab.impairments import Impairments, beacon_after

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
    """The moods of all devices; `counts` learns of what is `lost`, and of questions met `asleep`."""

    def __init__(self, rng: random.Random, impairments: Impairments, counts: Counter[str]) -> None:
        self._rng = rng
        self._impairments = impairments
        self._counts = counts
        self._moods: dict[str, _Mood] = {}

    def due(self, device: SimulatedDevice, at: float, *, may_be_lost: bool = True, is_to_group: bool = False) -> float | None:
        """When the device answers a question sent `at`; None if it does not hear it."""
        if may_be_lost and self._is_lost(max(self._impairments.loss_in, device.loss)):
            return None
        if device.wifi and is_to_group:
            if self._is_lost(self._impairments.wifi_loss):
                return None
            at = beacon_after(at)
        if device.wakes_on > 1 or device.wakes_after_ms:
            awake_from = self._rouse(device, at)
            if awake_from is None:
                self._counts["asleep"] += 1
                return None
            at = max(at, awake_from)
        return at + device.delay_ms / 1000 * self._rng.uniform(2 / 3, 4 / 3) if device.delay_ms else at

    def is_answer_lost(self) -> bool:
        """Whether an answer gets lost on its way back."""
        return self._is_lost(self._impairments.loss_out)

    def _is_lost(self, share: float) -> bool:
        is_lost = bool(share) and self._rng.random() < share
        self._counts["lost"] += is_lost
        return is_lost

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
