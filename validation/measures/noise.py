"""Predicted distributions against architectures that were trained with five seeds (Section 4.4, Table 5)."""

from __future__ import annotations

from functools import cache
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field
from scipy.stats import norm

from nb301 import list_releases
from nb301.benchmark import load
from nb301.metrics import gaussian_kl
from nb301.space import Genotype
from nb301.surrogates import FAMILIES
from validation.intervals import Array
from validation.measures.base import Measured, distance, exact, over_rows, trained_repeatedly
from validation.measures.registry import register
from validation.predictors import ReleasePredictor, training_std
from validation.subject import NotApplicable, Subject

#: Nominal shares at which calibration is measured.
_LEVELS = np.arange(0.05, 1, 0.05)


@register()
def gain_over_table(subject: Subject) -> Measured:
    """Mean absolute error of looking up seed 1 minus that of the surrogate, fraction.

    The truth is the mean of the seeds 2-5, of which the surrogate has seen none.
    """
    repeated = _repeated(subject)
    truth = repeated.runs[:, 1:].mean(axis=1)
    table, surrogate = np.abs(repeated.runs[:, 0] - truth), np.abs(repeated.mean - truth)
    gain = table - surrogate
    return over_rows(
        lambda r: float(gain[r].mean()),
        len(gain),
        table=float(table.mean()),
        surrogate=float(surrogate.mean()),
    )


@register()
def divergence(subject: Subject) -> Measured:
    """Mean KL(truth || prediction) of normal distributions, nats.

    The truth's std is that of the five seeds with ddof 1 (official_facts F25). A predicted std of zero
    makes it infinite, which no claim allows.
    """
    repeated = _repeated(subject)
    if not (repeated.std > 0).all():
        return exact(float("nan"), len(repeated.mean), zero_std=float(np.mean(repeated.std <= 0)))
    kl = _kl(repeated)
    return over_rows(
        lambda r: float(kl[r].mean()),
        len(kl),
        median=float(np.median(kl)),
        mean_std=float(repeated.std.mean()),
    )


@register()
def gain_of_gin(subject: Subject) -> Measured:
    """Smallest KL of the other families' ensembles on the same table minus that of the subject, nats."""
    if subject.release is None:
        raise NotApplicable("only releases have siblings")
    siblings = _ensembles_beside(subject.name)
    if not siblings:
        raise NotApplicable(f"no ensemble of another family was released beside {subject.name}")
    repeated = _repeated(subject)
    own = _kl(repeated)
    others = []
    for name in siblings:
        sibling = ReleasePredictor(load(name))
        mean, _ = sibling.predict(repeated.genotypes)
        std = training_std(sibling, repeated.genotypes)
        others.append(_kl(repeated._replace(mean=mean, std=std)))
    best = min(others, key=lambda kl: float(kl.mean()))
    return over_rows(
        lambda r: float(best[r].mean() - own[r].mean()), len(own), best_of_trees=float(best.mean())
    )


def _ensembles_beside(name: str) -> list[str]:
    """Releases of the other families on the same table as a GIN's."""
    siblings = [name.replace("-gin", f"-{family}") for family in FAMILIES if family != "gin"]
    return [sibling for sibling in siblings if sibling in list_releases()]


@register()
def coverage(subject: Subject, level: Annotated[float, Field(gt=0, lt=1)]) -> Measured:
    """Share of trainings that lie in the predicted central interval of a nominal share."""
    repeated = _repeated(subject)
    inside = (
        np.abs(repeated.runs[:, 1:] - repeated.mean[:, None])
        <= norm.ppf((1 + level) / 2) * repeated.std[:, None]
    )
    # all seeds of an architecture are drawn together
    return over_rows(lambda r: float(inside[r].mean()), len(inside))


@register()
def calibration(subject: Subject) -> Measured:
    """Expected calibration error: mean difference of nominal and actual coverage, 0..0.5."""
    inside = _inside_levels(subject)
    return distance(lambda r: inside[r].mean(axis=(0, 1)) - _LEVELS, len(inside))


def calibration_curve(subject: Subject) -> tuple[Array, Array]:
    """Nominal shares and those of trainings inside, shape (levels,) each."""
    return _LEVELS, _inside_levels(subject).mean(axis=(0, 1))


def _inside_levels(subject: Subject) -> Array:
    """Whether trainings are inside central intervals, shape (architectures, seeds, levels)."""
    repeated = _repeated(subject)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.abs(repeated.runs[:, 1:] - repeated.mean[:, None]) / repeated.std[:, None]
    return np.asarray(off[..., None] <= norm.ppf((1 + _LEVELS) / 2))


class Repeated(NamedTuple):
    """Architectures with several trainings, and what is predicted for them."""

    genotypes: list[Genotype]
    runs: Array
    """Accuracies, fractions, shape (n, 5): seeds 1-5."""
    mean: Array
    """Shape (n,)."""
    std: Array
    """Of one training around that, see `predictors.training_std`; shape (n,)."""


@cache
def _repeated(subject: Subject) -> Repeated:
    genotypes, runs = trained_repeatedly(subject)
    mean, _ = subject.predictor.predict(genotypes)
    std = training_std(subject.predictor, genotypes)
    return Repeated(genotypes, runs, np.asarray(mean), np.asarray(std))


def _kl(repeated: Repeated) -> Array:
    return gaussian_kl(
        repeated.runs.mean(axis=1), repeated.runs.std(axis=1, ddof=1), repeated.mean, repeated.std
    )
