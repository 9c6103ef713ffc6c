"""Whether a surrogate has seen the rows that it is tested on, where no truth can be asked.

The slope of its errors on the noise of the trainings would tell, but needs a truth: against a fixed
reference it is a function of the mean squared error alone. What is left is the shape of the residuals, and
a refit.
"""

from __future__ import annotations

import numpy as np

from validation.fits import NamedRows, PlannedFit
from validation.measures.base import Measured, observed, over_rows, predicted
from validation.measures.registry import register
from validation.subject import Subject

#: Part of the inner half of the residuals that is next to zero.
_NEXT_TO_ZERO = 0.1


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
