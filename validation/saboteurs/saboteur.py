"""What the catalogue has of each saboteur: its fault, what it spoils, and who must catch it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from validation.saboteurs.base import Faulty


class Spoiled(StrEnum):
    """What saboteurs spoil: a perfect surrogate, unless the fault needs members or files."""

    oracle = "the oracle"
    oracle_of_random_only = "the oracle as a random-only model"
    stand_in = "the stand-in for real trainings"
    release = "a release"


@dataclass(frozen=True, slots=True)
class Saboteur:
    """A faulty surrogate and who must catch it.

    Args:
        make: Its class.
        caught_by: Ids of claims that must fail.
        spoils: What answers rightly otherwise.
        is_random: Whether the fault is another one with each seed.
    """

    make: type[Faulty]
    caught_by: tuple[str, ...]
    spoils: Spoiled = Spoiled.oracle
    is_random: bool = False

    @property
    def fault(self) -> str:
        """What it does, for people."""
        return (self.make.__doc__ or "").splitlines()[0]
