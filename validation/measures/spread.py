"""Whether predictions differ as much as they should."""

from __future__ import annotations

import math

import numpy as np

from nb301.metrics import r2
from nb301.space import sample_many
from validation.intervals import Rows
from validation.measures.base import Measured, exact, observed, over_rows, predicted_mean
from validation.measures.registry import register
from validation.subject import Subject

#: Random architectures that are asked for.
_N = 2000


@register()
def distinct(subject: Subject) -> Measured:
    """Share of distinct predictions among those of random architectures."""
    mean, _ = subject.predictor.predict(sample_many(np.random.default_rng(subject.split_seed), _N))
    return exact(len(np.unique(mean)) / _N, _N)


@register()
def ratio(subject: Subject) -> Measured:
    """Std of the predictions of the test rows over the std that they explain; NaN where they explain none.

    The best prediction, an expectation, has the std of what is observed times the root of its R2.
    """
    rows = subject.split.test
    truth, predicted = observed(subject, rows), predicted_mean(subject, rows)

    def of_rows(r: Rows) -> float:
        explained = r2(truth[r], predicted[r])
        return (
            float(predicted[r].std() / truth[r].std()) / math.sqrt(explained) if explained > 0 else math.nan
        )

    return over_rows(of_rows, len(rows), r2=r2(truth, predicted))
