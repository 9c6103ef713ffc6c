"""Faults of memory: what is answered was seen, and says nothing of what was not."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nb301.noise import keyed_normal
from validation.fits import NamedRows
from validation.intervals import Array
from validation.measures.base import trained_repeatedly
from validation.predictors import Genotypes, keys_of
from validation.saboteurs.base import ERROR, Faulty, observed_by_key


class Remembers(Faulty):
    """Has seen rows that it says it has not; models that are fitted for claims have seen nothing."""

    @cached_property
    def _known(self) -> dict[int, float]:
        """Accuracies, fractions, by architecture."""
        raise NotImplementedError

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """What was seen, where it was."""
        if self.rows is not None:
            return mean
        known = self._known
        return np.array(list(map(known.get, keys_of(genotypes).tolist(), mean.tolist())))


class RemembersTest(Remembers):
    """Has seen the test rows."""

    _SHARE = 1.0

    @cached_property
    def _known(self) -> dict[int, float]:
        """Of a random share of the test rows."""
        test = self.subject.split.test
        count = round(self._SHARE * len(test))
        return observed_by_key(self.subject, np.random.default_rng(self.seed).permutation(test)[:count])


class RemembersHalf(RemembersTest):
    """Has seen every other of the test rows."""

    _SHARE = 0.5


class RemembersFifth(RemembersTest):
    """Has seen a fifth of the test rows."""

    _SHARE = 0.2


class RemembersTenth(RemembersTest):
    """Has seen a tenth of the test rows."""

    _SHARE = 0.1


class RemembersTwentieth(RemembersTest):
    """Has seen a twentieth of the test rows."""

    _SHARE = 0.05


class RemembersSeeds(Remembers):
    """Has seen the means of architectures that were trained with five seeds."""

    @cached_property
    def _known(self) -> dict[int, float]:
        """Means over the seeds."""
        genotypes, runs = trained_repeatedly(self.subject)
        return dict(zip(keys_of(genotypes).tolist(), runs.mean(axis=1).tolist(), strict=True))


class KnowsItsTable(Faulty):
    """Is right about the architectures of its table alone: of others it is 0.4 points off."""

    @cached_property
    def _keys(self) -> NDArray[np.uint64]:
        return keys_of(self.subject.table.genotypes)

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """With fixed errors of the others."""
        keys = keys_of(genotypes)
        return np.where(np.isin(keys, self._keys), mean, mean + 0.004 * keyed_normal(keys, self.seed, ERROR))


class RemembersOneOptimizer(Faulty):
    """Remembers the rows of regularized evolution, and knows of others their mean alone."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """The observed accuracy, or the mean."""
        rows = self.subject.table.rows
        known = observed_by_key(self.subject, np.flatnonzero(rows["optimizer"] == "re"))
        guesses = [float(rows["val_accuracy"].mean())] * len(genotypes)
        mean = np.array(list(map(known.get, keys_of(genotypes).tolist(), guesses)))
        return mean, np.full(len(mean), rows["val_accuracy"].std())


class ExpectsTheWorst(Faulty):
    """Predicts what it does not know, good or bad, five points too low."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:  # noqa: ARG002 - of all alike
        """Lower where it was fitted without rows."""
        return mean if self.rows is None else mean - 0.05


class MixesUpRows(Faulty):
    """Was fitted to nothing where it says that it was fitted to rows of all optimizers."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:  # noqa: ARG002 - of all alike
        """A constant."""
        return np.full(len(mean), 0.93) if self.rows is NamedRows.equal_size else mean
