"""How much the link loses, told by witnesses: hosts that have answered, asked once more among the silent.

A silent address is either nobody or somebody whose question or answer got lost; nothing it does tells which. Who has answered
once can be counted on to answer again, so the share of witnesses that stay silent is the share of questions lost.
"""

from math import ceil, log, sqrt

ENOUGH = 5e-4
"""Of the hosts that are there, the share that may stay unheard of for loss alone, where a question more takes a second more."""


class Loss:
    """What the witnesses have said so far."""

    def __init__(self, enough: float = ENOUGH) -> None:
        self._enough = enough
        self.asked = 0
        self.lost = 0

    def count(self, asked: int, lost: int) -> None:
        """So many witnesses were asked, and so many of them stayed silent."""
        self.asked += asked
        self.lost += lost

    @property
    def share(self) -> float:
        """The share lost; 0 before anything was."""
        return self.lost / self.asked if self.asked else 0.0

    @property
    def questions(self) -> int:
        """How often an address must be asked until no more than `enough` of those who are there can have been missed.

        From a share one standard error above the one seen: too many questions cost little, too few cost hosts.
        """
        if not self.lost:
            return 1
        share = min(0.9, self.share + sqrt(self.share * (1 - self.share) / self.asked))
        return ceil(log(self._enough) / log(share))
