"""Proposals: what an optimizer asked for in a run, in its order, and which of it has ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nb301.optimizers import Observation
from nb301.optimizers.base import EPOCHS, Training
from nb301.space import Genotype

#: What is proposed: a whole training, or one of some epochs.
Asked = Genotype | Training
#: Goes on with no training.
NEW = -1


class Asks(Protocol):
    """Any optimizer, as a run drives it."""

    def ask(self) -> Any:
        """Propose a genotype, or a training of some epochs."""

    def tell(self, asked: Any, observation: Observation) -> None:
        """Take the result of a proposal, the very object that `ask` gave."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was proposed, without the objects that said so."""

    genotype: Genotype
    #: After which it pauses, or has ended where these are all.
    epochs: int = EPOCHS
    #: Number of the proposal that it goes on with, or `NEW`.
    resumes: int = NEW


class Proposals:
    """An optimizer whose proposals are noted.

    Args:
        optimizer: What asks.
    """

    def __init__(self, optimizer: Asks) -> None:
        self._optimizer = optimizer
        #: The optimizer's objects, ours, and their numbers by the identity of ours.
        self._theirs: list[Any] = []
        self._ours: list[Asked] = []
        self._numbers: dict[int, int] = {}
        #: All of them, in the order in which they were asked for.
        self.all: list[Proposal] = []
        self._ended: list[int] = []

    def ask(self) -> Any:
        """Ask for the next one, see `Asked`."""
        theirs = self._optimizer.ask()
        ours: Asked = theirs if isinstance(theirs, Training) else distinct(theirs)
        self._numbers[id(ours)] = len(self.all)
        self.all.append(self._described(ours))
        self._theirs.append(theirs)
        self._ours.append(ours)
        return ours

    def tell(self, asked: Asked, observation: Observation) -> None:
        """Note that one has ended, and tell its result."""
        number = self._numbers[id(asked)]
        self._ended.append(number)
        self._optimizer.tell(self._theirs[number], observation)

    @property
    def ended(self) -> NDArray[np.int64]:
        """Numbers of those that have ended, from 0, in the order in which they did, shape (n,)."""
        return np.array(self._ended, dtype=np.int64)

    @property
    def unfinished(self) -> list[Proposal]:
        """The others, in the order in which they were asked for."""
        ended = {*self._ended}
        return [proposal for number, proposal in enumerate(self.all) if number not in ended]

    def _described(self, asked: Asked) -> Proposal:
        if isinstance(asked, Genotype):
            return Proposal(asked)
        resumes = NEW if asked.resumes is None else self._numbers[id(asked.resumes)]
        return Proposal(asked.genotype, asked.epochs, resumes)


def distinct(genotype: Genotype) -> Genotype:
    """An equal genotype that is an object of its own, to be told apart when it is proposed again."""
    return replace(genotype)
