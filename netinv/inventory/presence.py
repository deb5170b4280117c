"""Whether a device that is not heard has left, sleeps, or was not asked: judged by its own habit of answering."""

from typing import NamedTuple, Self

from netinv.model import Presence

# How likely it is that a device of that habit is silent so often in a row and still there, below which it counts as gone.
_IMPROBABLE = 0.00005
_REMEMBERED = 64
"""Scans after which old habits begin to fade."""
_MOST_PATIENT = 16
"""Silences in a row that no habit explains but one of twice as many."""

# Before a device's own habit is known, its kind tells: with how many answers to begin. A silence not yet heard weighs little:
# who always answered is missed at once.
_STEADY, _ORDINARY, _SLEEPY = 20.0, 2.0, 0.5
_UNHEARD_SILENCE = 0.02
_STEADY_KINDS = frozenset(
    ("router", "firewall", "switch", "access_point", "network_other", "server", "vm", "nas", "camera", "industrial", "voip",
     "ups", "management")
)  # fmt: skip
_SLEEPY_KINDS = frozenset(("phone", "tablet", "computer", "tv", "media_player", "game_console"))


class Habit(NamedTuple):
    """How a device keeps to its network: counts of the scans that asked it since it came, old ones fading."""

    heard: int = 0
    missed: int = 0
    """Silences that were followed by an answer: it was there and slept."""
    silent: int = 0
    """Scans in a row that asked it last and heard nothing."""
    longest: int = 0
    """The most such scans in a row from which it woke."""
    is_gone: bool = False

    def answered(self) -> Self:
        """As it is once a scan heard it.

        Who was given up too early, as a phone in its first night, is given as long from then on; a long absence is no habit.
        """
        slept = self.silent if self.silent <= _MOST_PATIENT or not self.is_gone else 0
        heard, missed, longest = self.heard + 1, self.missed + (0 if self.is_gone else slept), max(self.longest, slept)
        if heard + missed > _REMEMBERED:
            heard, missed, longest = heard // 2, missed // 2, longest - longest // 4
        return self._replace(heard=heard, missed=missed, longest=longest, silent=0, is_gone=False)

    def kept_silent(self, kind: str, *, is_private: bool) -> Self:
        """As it is once a scan asked it and heard nothing; `is_private` where its only MAC is one it made up, as phones do."""
        silent = self.silent + 1
        left = silent > max(1, self.longest * 3 // 2) and self._chance(silent, kind, is_private) < _IMPROBABLE
        left |= silent > max(_MOST_PATIENT, 2 * self.longest)
        return self._replace(silent=silent, is_gone=self.is_gone or left)

    def presence(self, *, was_heard: bool) -> Presence:
        """In a word; `was_heard` by the latest scan that asked, or since."""
        if self.is_gone:
            return "gone"
        if self.silent:
            return "asleep"
        return "here" if was_heard else "unasked"

    def _chance(self, silent: int, kind: str, is_private: bool) -> float:
        """How likely so many silences are of one that is there: what the counts predict (Laplace's rule of succession)."""
        prior = _STEADY if kind in _STEADY_KINDS else _SLEEPY if kind in _SLEEPY_KINDS or is_private else _ORDINARY
        missed, asked = self.missed + _UNHEARD_SILENCE, self.heard + self.missed + prior + _UNHEARD_SILENCE
        chance = 1.0
        for n in range(silent):
            chance *= (missed + n) / (asked + n)
        return chance
