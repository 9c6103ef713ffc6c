"""Rungs: the epochs at which trainings are compared, and how many of a bracket come so far."""

from __future__ import annotations

from typing import NamedTuple

from nb301.optimizers.base import EPOCHS


class Ladder(NamedTuple):
    """Rungs of successive halving.

    Args:
        epochs: Of a whole training.
        least: Of the shortest.
        eta: One of so many goes on from a rung to the next, which has as many times the epochs; 3 in
            Hyperband (Li et al., 2018) and what builds on it.
    """

    epochs: int = EPOCHS
    least: int = 1
    eta: int = 3

    def check(self) -> Ladder:
        """Give the ladder back.

        Raises:
            ValueError: There are no such rungs.
        """
        are_integers = all(isinstance(value, int) and not isinstance(value, bool) for value in self)
        if not (are_integers and self.eta >= 2 and 1 <= self.least <= self.epochs):
            raise ValueError(
                "expected integers, eta of at least 2 and 1 <= least <= epochs, got "
                f"{self.eta!r}, {self.least!r} and {self.epochs!r}"
            )
        return self

    @property
    def rungs(self) -> list[int]:
        """Epochs of each rung, ascending: by default 1, 4, 11, 33 and 98."""
        rungs: list[int] = []
        shortened = 1
        while round(self.epochs / shortened) >= self.least and self.epochs >= shortened:
            rungs.append(round(self.epochs / shortened))
            shortened *= self.eta
        return rungs[::-1]

    def sizes(self, start: int) -> list[int]:
        """Trainings of each rung of the bracket that starts at rung `start`, as Hyperband has them.

        All brackets then cost about the same: by default 81, 27, 9, 3 and 1 where it starts at the lowest.
        """
        rungs = len(self.rungs)
        above = rungs - 1 - start
        n = -(-rungs * self.eta**above // (above + 1))  # rounded up
        return [n // self.eta**level for level in range(above + 1)]
