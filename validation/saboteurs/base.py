"""What all saboteurs are: surrogates that answer as another one, but for one fault each."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nb301.noise import keyed_normal
from nb301.truth.emulated import EmulatedTruth
from validation.fits import RowSet
from validation.intervals import Array, Rows
from validation.predictors import (
    CurvePredictor,
    Genotypes,
    NoiseKnowingPredictor,
    Predictor,
    TimePredictor,
    draw,
    keyed_draws,
    keys_of,
)
from validation.subject import Subject

#: Streams of keyed draws: which architectures a fault is about, and how far it goes astray there.
CHOICE, ERROR = 98, 99


class Faulty:
    """A surrogate that answers as another one, but for what a subclass changes.

    Args:
        predictor: The one that it spoils.
        subject: Whose table and truth it may misuse.
        rows: What it was fitted to for a claim; None for the subject's own predictor.
        seed: Of what is random about the fault, such as which rows it remembers.
    """

    def __init__(
        self, predictor: Predictor, subject: Subject, rows: RowSet | None = None, seed: int = 0
    ) -> None:
        self.predictor, self.subject, self.rows, self.seed = predictor, subject, rows, seed
        if isinstance(predictor, NoiseKnowingPredictor):
            self.noise_std = self._noise_std
        if isinstance(predictor, CurvePredictor):
            self.curves = self._curves

    @property
    def truth(self) -> EmulatedTruth:
        """The ground truth, which saboteurs may ask, even where no claim can."""
        return self.subject.truth or EmulatedTruth()

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Mean and std, fractions."""
        mean, std = self.predictor.predict(self._seen(genotypes))
        return self._spoiled(np.asarray(mean), genotypes), std

    def draws(self, genotypes: Genotypes, seeds: Rows) -> Array:
        """Accuracies of a training each, fractions, around what it predicts."""
        return keyed_draws(self, genotypes, seeds)

    def seconds(self, genotypes: Genotypes) -> Array:
        """Seconds of a training."""
        if isinstance(self.predictor, TimePredictor):
            return self.predictor.seconds(genotypes)
        return self.truth.median_runtime(genotypes)

    def _curves(self, genotypes: Genotypes, seeds: Rows | None) -> Array:
        """Accuracies after each epoch, fractions, shape (n, epochs): as far behind as the other one's."""
        assert isinstance(self.predictor, CurvePredictor)
        seen = self._seen(genotypes)
        curves = np.asarray(self.predictor.curves(seen, seeds))
        if seeds is None:
            own, whole = self.predict(genotypes)[0], np.asarray(self.predictor.predict(seen)[0])
        else:
            own, whole = self.draws(genotypes, seeds), draw(self.predictor, seen, seeds)
        return own[:, None] - self._behind(whole[:, None] - curves, genotypes, seeds)

    def _behind(self, behind: Array, genotypes: Genotypes, seeds: Rows | None) -> Array:  # noqa: ARG002
        """How far each epoch is behind the whole training's answer, fractions, shape (n, epochs)."""
        return behind

    def _seen(self, genotypes: Genotypes) -> Genotypes:
        """The architectures as the surrogate sees them."""
        return genotypes

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:  # noqa: ARG002 - for subclasses
        """Means as it answers them, fractions."""
        return mean

    def _noise_std(self, genotypes: Genotypes) -> Array:
        """Of trainings, fractions; what the other one knows."""
        assert isinstance(self.predictor, NoiseKnowingPredictor)
        return self.predictor.noise_std(self._seen(genotypes))


def observed_by_key(subject: Subject, rows: Rows) -> dict[int, float]:
    """Observed accuracies, fractions, of some rows of the table, by architecture."""
    accuracies = subject.table.rows["val_accuracy"].to_numpy()[rows].tolist()
    return dict(zip(keys_of(subject.genotypes(rows)).tolist(), accuracies, strict=True))


def chosen(genotypes: Genotypes, one_in: int, seed: int) -> NDArray[np.bool_]:
    """Which architectures a fault is about: about one in so many, others with each seed; shape (n,)."""
    draws = keyed_normal(keys_of(genotypes), seed, CHOICE)
    # the fractional part of a draw times a large number is uniform
    return np.asarray(np.floor(draws * 2**20 % 1 * one_in) == 0)


@cache
def quantile(subject: Subject, share: float) -> float:
    """Accuracy, fraction, that a share of the test rows is predicted to be below."""
    mean, _ = subject.predictor.predict(subject.genotypes(subject.split.test))
    return float(np.quantile(mean, share))
