"""Whether a device that is not heard has left, sleeps, or was not asked: judged by its own habit of answering.

A scan that did not ask a device says nothing of it (`unasked`; see `absence`). A device that was asked and not heard is missing:
`asleep` as long as that may be a pause, and `gone` once it cannot be.

- One silence is never a departure, whatever kept it.
- Two in a row are, of a device that never paused: if it answered twenty scans, if it is of a kind that does not sleep, or if its
  sort does not sleep in this network (`Custom`), however short its own record is.
- Who paused before is gone when so many silences are as good as impossible for one with that record, and are half as many again
  as ever before.
- Who may well sleep (telephones, computers, whoever makes up its MAC address or answered late) and has no record yet is waited
  for, and so is anybody, until the seventeenth silence in a row, or twice as many as ever before.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple, Self

from netinv.model import Presence

# How likely it is that a device of that habit is silent so often in a row and still there, below which it counts as gone:
# who is known not to sleep, and everybody else, of whom a thousand homes with ten sleepers each ask more patience.
_IMPROBABLE, _IMPOSSIBLE = 0.00005, 0.000001
KNOWN = 20
"""Answers after which a device that never paused is known not to."""
_REMEMBERED = 64
"""Scans after which old habits begin to fade."""
MOST_PATIENT = 16
"""Silences in a row that no habit explains but one of twice as many."""

# Before a device's own habit is known, its kind tells: with how many answers to begin. A silence not yet heard weighs little:
# who always answered is missed at once.
_ANSWERS = {"steady": 20.0, "ordinary": 2.0, "sleepy": 0.5}
_UNHEARD_SILENCE = 0.02
_STEADY_KINDS = frozenset(
    ("router", "firewall", "switch", "access_point", "network_other", "server", "vm", "nas", "camera", "industrial", "voip",
     "ups", "management", "printer", "speaker")
)  # fmt: skip
_SLEEPY_KINDS = frozenset(("phone", "tablet", "computer", "tv", "media_player", "game_console"))

Sort = Literal["steady", "ordinary", "sleepy"]
"""What is to be expected of a device of which nothing else is known."""


def sort_of(kind: str, *, is_private: bool, is_drowsy: bool = False) -> Sort:
    """`is_private` where its only MAC is one it made up, as phones do; `is_drowsy` where it answered only when asked again."""
    if kind in _STEADY_KINDS:
        return "ordinary" if is_drowsy else "steady"
    return "sleepy" if kind in _SLEEPY_KINDS or is_private or is_drowsy else "ordinary"


def presence(*, is_gone: bool, is_silent: bool, was_heard: bool) -> Presence:
    """In a word; `was_heard` by the latest scan that asked, or since."""
    if is_gone:
        return "gone"
    if is_silent:
        return "asleep"
    return "here" if was_heard else "unasked"


class Custom(NamedTuple):
    """How all devices of one sort keep to one network, for one of them that has no record of its own yet."""

    heard: int = 0
    paused: int = 0
    """Silences of those that are there, as far as is known: of who sleeps, and of the others that are missing now."""

    @classmethod
    def of(cls, habits: "Iterable[Habit]") -> Self:
        """Of those who count as there."""
        every = tuple(habits)
        return cls(sum(habit.heard for habit in every), sum(habit.missed + habit.silent for habit in every))

    def is_steady(self, sort: Sort) -> bool:
        """Whether hardly anybody of the sort sleeps here, and enough was heard of them to know: of phones, over some nights."""
        return self.heard >= (10 if sort == "sleepy" else 2) * KNOWN and self.paused * 50 <= self.heard


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
        slept = self.silent if self.silent <= MOST_PATIENT or not self.is_gone else 0
        heard, missed, longest = self.heard + 1, self.missed + (0 if self.is_gone else slept), max(self.longest, slept)
        if heard + missed > _REMEMBERED:
            heard, missed, longest = heard // 2, missed // 2, longest - longest // 4
        return self._replace(heard=heard, missed=missed, longest=longest, silent=0, is_gone=False)

    def kept_silent(self, kind: str, *, is_private: bool, is_drowsy: bool = False, custom: Custom = Custom()) -> Self:  # noqa: B008
        """As it is once a scan asked it and heard nothing; `custom` of the others of its sort (see `sort_of`) in its network."""
        silent = self.silent + 1
        sort = sort_of(kind, is_private=is_private, is_drowsy=is_drowsy)
        if silent > max(MOST_PATIENT, 2 * self.longest):
            return self._replace(silent=silent, is_gone=True)
        limit = _IMPOSSIBLE
        if not self.missed:
            if custom.is_steady(sort):
                sort = "steady"
            if sort == "steady" or self.heard >= KNOWN:
                limit = _IMPROBABLE
            elif sort == "sleepy":  # who knows how long
                return self._replace(silent=silent)
        left = silent > max(1, self.longest * 3 // 2) and self._chance(silent, sort) < limit
        return self._replace(silent=silent, is_gone=self.is_gone or left)

    def presence(self, *, was_heard: bool) -> Presence:
        """In a word; `was_heard` by the latest scan that asked, or since."""
        return presence(is_gone=self.is_gone, is_silent=self.silent > 0, was_heard=was_heard)

    def _chance(self, silent: int, sort: Sort) -> float:
        """How likely so many silences are of one that is there: what the counts predict (Laplace's rule of succession)."""
        missed, asked = self.missed + _UNHEARD_SILENCE, self.heard + self.missed + _ANSWERS[sort] + _UNHEARD_SILENCE
        chance = 1.0
        for n in range(silent):
            chance *= (missed + n) / (asked + n)
        return chance
