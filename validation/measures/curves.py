"""Learning curves: what is known after each epoch, how it ranks, and how epochs' noise is made.

NAS-Bench-x11 (Yan et al., 2021) reports R2 and Kendall's tau of curves, averaged over epochs and at the last
one; it does so with the observed curves alone. Where the truth can be asked, its expectation says what of a
curve can be known at all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field
from scipy.stats import rankdata

from nb301.encodings import canonical
from nb301.space import Genotype, sample_many, to_codes
from nb301.tables.curves import is_unknown
from nb301.truth.emulated import EmulatedTruth
from nb301.truth.emulation.curves import points_behind
from validation.intervals import Array, Rows
from validation.measures.base import (
    STATISTICS,
    Measured,
    Source,
    distance,
    exact,
    over_rows,
    resampled,
    truth_of,
    unseen_rows,
)
from validation.measures.registry import register
from validation.predictors import Genotypes
from validation.searches import curves_of
from validation.subject import NotApplicable, Subject

#: Epochs that averages over epochs are taken of, from the first to the last.
_EPOCHS = 15
#: Random architectures, each trained once.
_FRESH = 3000
#: Architectures that are trained with so many seeds.
_REPEATED, _SEEDS = 200, 20
#: Trainings of each architecture by which it is told how far the best of its epochs is above their shape.
_EXPECTED = 8
#: From here on no row of a table was trained with them: an expectation knows no row's noise.
_NO_ROWS_SEEDS = 2**41

#: Gives curves of trainings with seeds, fractions, shape (n, epochs).
Draws = Callable[[Genotypes, Rows], Array]


@register()
def unseen(subject: Subject, statistic: Literal["r2", "kendall_tau"]) -> Measured:
    """A statistic of the last epoch's accuracies on test rows; also its average over epochs."""
    rows, observed, predicted = _told(subject, "")
    score = STATISTICS[statistic]
    scores = [score(*pair) for pair in zip(observed.T, predicted.T, strict=True)]
    also = {"average_of_epochs": float(np.mean(scores))}
    for name in ("r2", "kendall_tau", "spearman"):
        if name != statistic:
            also[name] = STATISTICS[name](observed[:, -1], predicted[:, -1])
    return over_rows(resampled(statistic, observed[:, -1], predicted[:, -1]), len(rows), **also)


@register()
def explained(subject: Subject, optimizer: Source | Literal[""] = "") -> Measured:
    """R2 of accuracies after an epoch, averaged over epochs, over that of the truth's expectation.

    Args:
        subject: Is asked what it expects after each epoch.
        optimizer: Whose rows of the test part; empty for all.
    """
    rows, observed, predicted = _told(subject, optimizer)
    possible = _some(expected_curves(truth_of(subject), subject.genotypes(rows)))
    # what R2 is made of, side by side
    parts = np.stack([observed, observed**2, (observed - predicted) ** 2, (observed - possible) ** 2])

    def shares(r: Rows) -> tuple[float, float]:
        counts = np.bincount(r, minlength=len(rows))  # to weigh takes a tenth of the time of to look up
        first, second, missed, out_of_reach = np.einsum("n,pne->pe", counts, parts) / len(r)
        variance = second - first**2
        return float(1 - (missed / variance).mean()), float(1 - (out_of_reach / variance).mean())

    of_subject, of_truth = shares(np.arange(len(rows)))

    def share(r: Rows) -> float:
        own, most = shares(r)
        return own / most

    return over_rows(share, len(rows), average_r2=of_subject, average_r2_of_truth=of_truth)


@register()
def rank_kept(subject: Subject, epochs: Annotated[int, Field(ge=1)]) -> Measured:
    """Distance of Spearman's correlation of what is told after some epochs with the whole training's answer.

    Of random architectures, each trained once, on the subject and on the truth.
    """
    # ranks are those among all: a resample that ranks anew takes a hundred times as long
    ranks = []
    for curves in _fresh(subject):
        ranks.append((rankdata(curves[:, epochs - 1]), rankdata(curves.max(axis=1))))

    if any(np.ptp(values) == 0 for pair in ranks for values in pair):
        return exact(float("nan"), _FRESH)

    def apart(r: Rows) -> Array:
        own, true = [np.corrcoef(early[r], whole[r])[0, 1] for early, whole in ranks]
        return np.asarray(own - true)

    own, true = [float(np.corrcoef(early, whole)[0, 1]) for early, whole in ranks]
    return distance(apart, _FRESH, subject=own, truth=true)


@register()
def crossings(subject: Subject) -> Measured:
    """Distance from 0 of the logarithm of how often two trainings change places, over that of the truth's."""
    crossed = []
    for curves in _fresh(subject):
        leads = np.sign(curves[::2] - curves[1::2])
        crossed.append((leads[:, 1:] != leads[:, :-1]).sum(axis=1))
    own, true = crossed
    if not own.any():
        return exact(float("nan"), len(own), truth=float(true.mean()))
    return distance(
        lambda r: np.log(own[r].mean() / true[r].mean()),
        len(own),
        subject=float(own.mean()),
        truth=float(true.mean()),
    )


@register()
def noise_size(subject: Subject) -> Measured:
    """Mean over epochs of the distance from 0 of the logarithm of noise between seeds over the truth's."""
    own, true = _noise(subject)
    if not (own.variance > 0).all():
        return exact(float("nan"), _REPEATED)

    def logarithm(r: Rows) -> Array:
        return np.asarray(0.5 * np.log(own.variance[r].mean(axis=0) / true.variance[r].mean(axis=0)))

    ratio = float(np.exp(logarithm(np.arange(_REPEATED)).mean()))
    return distance(logarithm, _REPEATED, ratio=ratio)


@register()
def noise_memory(subject: Subject) -> Measured:
    """Distance of the correlation of an epoch's noise with the next one's, averaged, from the truth's."""
    both = _noise(subject)
    if not (both[0].variance > 0).all():
        return exact(float("nan"), _REPEATED)

    def correlations(r: Rows) -> list[float]:
        return [noise.memory(r) for noise in both]

    own, true = correlations(np.arange(_REPEATED))

    def apart(r: Rows) -> Array:
        one, other = correlations(r)
        return np.asarray(one - other)

    return distance(apart, _REPEATED, subject=own, truth=true)


class Noise(NamedTuple):
    """What trainings of one architecture differ by."""

    variance: Array
    """Between seeds, shape (architectures, epochs)."""
    covariance: Array
    """With the next epoch's, shape (architectures, epochs - 1)."""

    def memory(self, r: Rows) -> float:
        """Correlation of neighbouring epochs' noise in some architectures, averaged over epochs."""
        variance = self.variance[r].mean(axis=0)
        return float((self.covariance[r].mean(axis=0) / np.sqrt(variance[1:] * variance[:-1])).mean())


@cache
def _told(subject: Subject, optimizer: str) -> tuple[Rows, Array, Array]:
    """Test rows with a curve, what was observed and what is expected of them, shape (n, some epochs) each.

    Raises:
        NotApplicable: There are less than two, or the subject tells no curves.
    """
    teller, table = curves_of(subject.predictor, subject), subject.table
    if table.steps is None:
        raise NotApplicable(f"table {table.full_name} keeps no learning curves")
    rows = unseen_rows(subject, optimizer)
    rows = rows[~is_unknown(table.steps[rows])]
    if len(rows) < 2:
        raise NotApplicable(f"the test part has {len(rows)} rows with a learning curve")
    observed = table.select(rows).curves()
    predicted = np.asarray(teller.curves(subject.genotypes(rows), None))
    if predicted.shape != observed.shape:
        raise NotApplicable(
            f"{subject.name} tells {predicted.shape[1]} epochs, table {table.full_name} {observed.shape[1]}"
        )
    return rows, _some(observed), _some(predicted)


def _some(curves: Array) -> Array:
    """Some of the epochs, the first and the last among them; shape (n, at most 15)."""
    places = np.rint(np.linspace(0, curves.shape[1] - 1, _EPOCHS)).astype(np.intp)
    return curves[:, np.unique(places)]


def expected_curves(truth: EmulatedTruth, genotypes: Genotypes) -> Array:
    """What the truth expects after each epoch, fractions, shape (n, epochs).

    That is an architecture's shape, and by how far the best of epochs is above that: a mean over some seeds.
    """
    shapes = points_behind(canonical(to_codes(genotypes))) / 100
    above = np.zeros(len(genotypes))
    for seed in range(_NO_ROWS_SEEDS, _NO_ROWS_SEEDS + _EXPECTED):
        curves = truth.learning_curves(genotypes, seed)
        above += (curves.best[:, None] - curves.val_accuracy - shapes).mean(axis=1) / _EXPECTED
    return truth.mean(genotypes)[:, None] - shapes - above[:, None]


def _both(subject: Subject) -> tuple[Draws, Draws]:
    """The subject's trainings and the truth's.

    Raises:
        NotApplicable: The subject tells no curves, or the truth cannot be asked.
    """
    truth, teller = truth_of(subject), curves_of(subject.predictor, subject)

    def on_truth(genotypes: Genotypes, seeds: Rows) -> Array:
        return truth.learning_curves(genotypes, seeds).val_accuracy

    def on_subject(genotypes: Genotypes, seeds: Rows) -> Array:
        curves = np.asarray(teller.curves(genotypes, seeds))
        if curves.shape[1] != truth.epochs:
            raise NotApplicable(f"{subject.name} tells {curves.shape[1]} epochs, the truth {truth.epochs}")
        return curves

    return on_subject, on_truth


@cache
def _fresh(subject: Subject) -> list[Array]:
    """Curves of random architectures, each trained once, by the subject and by the truth."""
    genotypes = sample_many(np.random.default_rng([subject.split_seed, 3]), _FRESH)
    return [draws(genotypes, np.arange(_FRESH)) for draws in _both(subject)]


@cache
def _noise(subject: Subject) -> tuple[Noise, Noise]:
    """Noise between seeds of random architectures, by the subject and by the truth."""
    genotypes = sample_many(np.random.default_rng([subject.split_seed, 4]), _REPEATED)
    own, true = [_noise_of(draws, genotypes) for draws in _both(subject)]
    return own, true


def _noise_of(draws: Draws, genotypes: list[Genotype]) -> Noise:
    curves = draws(genotypes * _SEEDS, np.repeat(np.arange(_SEEDS), len(genotypes)))
    off = curves.reshape(_SEEDS, len(genotypes), -1)
    off = off - off.mean(axis=0)
    return Noise((off**2).mean(axis=0), (off[..., 1:] * off[..., :-1]).mean(axis=0))
