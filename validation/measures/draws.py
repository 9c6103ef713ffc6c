"""Whether draws are trainings: as far apart as is said, of a normal distribution, each by itself."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
from scipy.stats import kstest

from nb301.metrics import spearman
from nb301.space import sample_many
from validation.intervals import Array, bootstrap_interval
from validation.measures.base import Measured, distance, exact, over_rows, truth_of
from validation.measures.fresh import fresh
from validation.measures.registry import register
from validation.predictors import NoiseKnowingPredictor, NoisyPredictor, draw, noise_std
from validation.subject import NotApplicable, Subject

#: Architectures, and seeds that each is drawn with.
_ARCHITECTURES, _SEEDS = 100, 100


@register()
def shared(subject: Subject, by: Literal["architectures", "seeds"]) -> Measured:
    """Correlation of the noise of two architectures drawn with one seed, or of two draws of one architecture.

    From the variance of the means over those that might share it: v times what independent ones have is a
    correlation of (v - 1) / (k - 1) among k.
    """
    z = _standardised(subject) if by == "architectures" else _standardised(subject).T
    n, among = z.shape
    if np.isnan(z).any():
        return exact(float("nan"), z.size)
    means = z.mean(axis=1)
    total = float(z.var())
    return over_rows(lambda r: float((among * means[r].var() / total - 1) / (among - 1)), n)


@register()
def from_normal(subject: Subject) -> Measured:
    """Kolmogorov-Smirnov distance of standardised draws from the normal distribution."""
    z = _standardised(subject).ravel()
    if np.isnan(z).any():
        return exact(float("nan"), len(z))
    return exact(float(kstest(z, "norm").statistic), len(z))


@register()
def size(subject: Subject) -> Measured:
    """Distance from 0 of the mean logarithm of the noise that is told over that of the truth."""
    told, true = _told_and_true(subject)
    if not (told > 0).all():
        return exact(float("nan"), len(told), zero=float(np.mean(told <= 0)))
    logarithms = np.log(told / true)
    return distance(lambda r: logarithms[r].mean(), len(logarithms), ratio=float(np.exp(logarithms.mean())))


@register()
def ranks(subject: Subject) -> Measured:
    """Spearman's correlation of the noise that is told with that of the truth; NaN where it is constant."""
    told, true = _told_and_true(subject)
    return Measured(
        value=spearman(true, told),
        interval=bootstrap_interval(lambda r: spearman(true[r], told[r]), len(told)),
        n=len(told),
    )


def _told_and_true(subject: Subject) -> tuple[Array, Array]:
    """Std of trainings of fresh architectures, fractions, shape (n,) each.

    Raises:
        NotApplicable: The truth cannot be asked, or somebody's own surrogate tells of no noise.
    """
    truth = truth_of(subject)
    if subject.release is None and not isinstance(subject.predictor, NoiseKnowingPredictor):
        raise NotApplicable(f"{subject.name} does not tell the noise of trainings: it has no noise_std")
    genotypes = fresh(subject).genotypes
    return noise_std(subject.predictor, genotypes), truth.noise_std(genotypes)


@cache
def _standardised(subject: Subject) -> Array:
    """Draws less their mean over their std, shape (seeds, architectures); NaN where there is no std.

    Raises:
        NotApplicable: Somebody's own surrogate draws nothing: the draws would be ours.
    """
    if subject.release is None and not isinstance(subject.predictor, NoisyPredictor):
        raise NotApplicable(f"{subject.name} emulates no trainings: it has no draws")
    genotypes = sample_many(np.random.default_rng([subject.split_seed, 2]), _ARCHITECTURES)
    mean, _ = subject.predictor.predict(genotypes)
    std = noise_std(subject.predictor, genotypes)
    draws = draw(subject.predictor, genotypes * _SEEDS, np.repeat(np.arange(_SEEDS), _ARCHITECTURES))
    off: Array = draws.reshape(_SEEDS, _ARCHITECTURES) - mean
    return off / np.where(std > 0, std, np.nan)
