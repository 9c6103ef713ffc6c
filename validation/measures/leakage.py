"""Whether a surrogate has seen the rows that it is tested on.

The slope of its errors on the noise of the trainings tells how much of it it has seen, but needs a truth:
against a fixed reference it is a function of the mean squared error alone. Where no truth can be asked, what
is left is the shape of the residuals, and a refit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nb301.space import Genotype, mutate
from validation.fits import NamedRows, PlannedFit
from validation.intervals import Array
from validation.measures.base import (
    Measured,
    observed,
    over_rows,
    predicted,
    slope_of,
    trained_repeatedly,
    truth_of,
)
from validation.measures.registry import register
from validation.subject import Subject

#: Seeds of repeated architectures that no fit has seen: all but the first, by their columns.
_UNSEEN = slice(1, None)
#: Mutants of each architecture, whose errors it shares in part.
_MUTANTS = 2
#: Part of the inner half of the residuals that is next to zero.
_NEXT_TO_ZERO = 0.1


@register()
def of_noise(subject: Subject) -> Measured:
    """Slope of predicted minus true on observed minus true accuracy over the test rows.

    0 of who has not seen their noise, s of who remembers a share s of the rows, or s of each row's noise.
    Both are taken in units of the noise's std, of which bad architectures have more. What an error shares
    with those of mutants, which tell nothing of the row's noise, is taken off it before (a control variate).
    """
    rows = subject.split.test
    genotypes = subject.genotypes(rows)
    return _slope_on_noise(subject, genotypes, predicted(subject, rows)[0], observed(subject, rows))


@register()
def of_seeds(subject: Subject) -> Measured:
    """The same over architectures with five seeds, on the mean of seeds 2-5, which no row for fits has.

    Who remembers the mean of all five has four fifths of it.
    """
    genotypes, runs = trained_repeatedly(subject)
    mean, _ = subject.predictor.predict(genotypes)
    return _slope_on_noise(subject, genotypes, mean, runs[:, _UNSEEN].mean(axis=1))


def _slope_on_noise(
    subject: Subject, genotypes: Sequence[Genotype], predicted: Array, observed: Array
) -> Measured:
    truth = truth_of(subject)
    expected, std = truth.mean(genotypes), truth.noise_std(genotypes)
    noise, errors = (observed - expected) / std, (predicted - expected) / std
    usual = _errors_of_mutants(subject, genotypes) / std
    if np.ptp(usual) > 0:
        errors = errors - slope_of(errors, usual) * usual
    return over_rows(lambda r: slope_of(errors[r], noise[r]), len(noise))


def _errors_of_mutants(subject: Subject, genotypes: Sequence[Genotype]) -> Array:
    """Predicted minus true accuracy, fraction, of architectures one edit away, on average, shape (n,)."""
    rng = np.random.default_rng(subject.split_seed)
    mutants = [mutate(genotype, rng, identity=0.0) for genotype in genotypes for _ in range(_MUTANTS)]
    errors = subject.predictor.predict(mutants)[0] - truth_of(subject).mean(mutants)
    return np.asarray(errors.reshape(len(genotypes), _MUTANTS).mean(axis=1))


@register()
def exact(subject: Subject) -> Measured:
    """How many of the test rows' residuals are next to zero, over as many as a flat density has there.

    The density is that of the inner half of the residuals. 1.08 of normal residuals; rows that are
    remembered have none. NaN where half of the residuals are zero.
    """
    rows = subject.split.test
    residuals = np.abs(observed(subject, rows) - predicted(subject, rows)[0])
    half = float(np.median(residuals))
    if half == 0:
        return over_rows(lambda _: float("nan"), len(rows))
    is_next_to_zero = residuals <= _NEXT_TO_ZERO * half
    return over_rows(lambda r: float(is_next_to_zero[r].mean()) / (_NEXT_TO_ZERO / 2), len(rows), half=half)


def _refit(_subject: Subject, **_parameters: object) -> list[PlannedFit]:
    return [PlannedFit(NamedRows.stratified)]


@register(_refit)
def gain_over_refit(subject: Subject) -> Measured:
    """R2 over the test rows of a member on average, minus that of a model fitted anew without these rows.

    A member's mean squared error is the ensemble's plus the variance of the members (Krogh and Vedelsby
    1995), so that no ensemble has to be fitted.
    """
    rows = subject.split.test
    truth, (mean, std) = observed(subject, rows), predicted(subject, rows)
    refit, _ = predicted(subject, rows, NamedRows.stratified)
    gain = ((refit - truth) ** 2 - (mean - truth) ** 2 - std**2) / float(truth.var())
    return over_rows(lambda r: float(gain[r].mean()), len(rows))
