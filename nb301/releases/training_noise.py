"""Training noise: what trainings of one architecture differ by, fitted when a release is frozen.

The std between the members tells how sure the ensemble is of its mean, not how far one training is from it:
of the emulated releases it is a fifth to a third of a training's. So a manifest's `Noise` is fitted to
residuals of rows that the predicting member has not seen, and draws are made from it.

A residual holds more than the training's noise. What is the member's own, and differs between members, is
known for each row from the members' spread, and taken out of the residual's variance: averaging removes it
from the ensemble's mean. What all members get wrong alike cannot be told from noise where an architecture is
trained once. It stays in, so the fitted noise is an upper bound, and the closer the better the members are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nb301 import exact

if TYPE_CHECKING:
    from nb301.releases.facts import NoiseLine
    from nb301.releases.manifest import Noise
    from nb301.surrogates import Surrogate
    from nb301.tables.schema import EvaluationTable
    from nb301.tables.splits import Split

Array = NDArray[np.float64]

#: Share of the fitted rows whose means are below `low`, and as many above `high`: beyond is hardly any row.
_OUTSIDE = 0.01
#: Standard deviations are no smaller, fraction: published accuracies have two decimals of a percent.
_LEAST_STD = 1e-5
#: Means closer than that are one, fraction; and what `low` and `high` are apart at least.
_LEAST_RANGE = 1e-3
#: Digits that are kept, so that another processor's sums give the same manifest.
_DIGITS = 4
_STEPS, _LARGEST_STEP, _CONVERGED = 100, 1.0, 1e-9


class TrainingNoise:
    """The std of one training by the mean accuracy, equal to the last bit for one and many.

    Args:
        noise: A manifest's.
    """

    def __init__(self, noise: Noise | NoiseLine) -> None:
        self._low, self._high = noise.low, noise.high
        self._at_low = exact.log(noise.std_at_low)
        self._change = exact.log(noise.std_at_high) - self._at_low

    def std(self, mean: Array) -> Array:
        """Standard deviations, fractions, by mean accuracies; shape (n,) each."""
        inside = np.minimum(np.maximum(mean, self._low), self._high)
        # a share first: a slope between close ends of a stranger's manifest could be infinite
        return exact.exp(self._at_low + self._change * ((inside - self._low) / (self._high - self._low)))

    def std_of_one(self, mean: float) -> float:
        """What `std` gives for one mean, in a tenth of its time."""
        inside = min(max(mean, self._low), self._high)
        return exact.exp(self._at_low + self._change * ((inside - self._low) / (self._high - self._low)))


def fit_to_table(
    surrogate: Surrogate, table: EvaluationTable, split: Split, seed: int, members: int
) -> Noise:
    """Fit the noise of a release to the rows that it was fitted on, each by the member that left it out.

    Args:
        surrogate: The release's members.
        table: What they were fitted on.
        split: Its parts.
        seed: Of the folds.
        members: Number of members and folds.
    """
    from nb301.tables.splits import folds  # and with it pandas, which queries do without

    predicted = surrogate.predict(table.codes[split.fitting])
    fold = np.zeros(len(split.fitting), dtype=np.intp)
    for k, held_out in enumerate(folds(table, split.fitting, members, seed)):
        fold[np.searchsorted(split.fitting, held_out)] = k
    means = predicted[fold, np.arange(len(fold))]
    truth = table.rows["val_accuracy"].to_numpy(dtype=np.float64)[split.fitting]
    between = predicted.var(axis=0, ddof=1) if members > 1 else np.zeros(len(fold))
    return fit(means, truth - means, between)


def fit(means: Array, residuals: Array, known_variances: Array | float = 0.0) -> Noise:
    """Fit a normal distribution whose std is log-linear in the mean, by maximum likelihood.

    A residual's variance is that of the noise and a known one. Fisher's scoring; results have 4 digits.

    Args:
        means: Predicted without the row, fractions, shape (n,), n >= 1.
        residuals: Of the rows from them, fractions, shape (n,).
        known_variances: What residuals vary by that is not noise, shape (n,).
    """
    low, high = (_rounded(float(mean)) for mean in np.quantile(means, [_OUTSIDE, 1 - _OUTSIDE]))
    if high - low < _LEAST_RANGE:
        low = _rounded(min(max(low - _LEAST_RANGE / 2, 0.0), 1 - _LEAST_RANGE))
        high = _rounded(low + _LEAST_RANGE)
    low, high = max(low, 0.0), min(high, 1.0)
    share = np.clip((means - low) / (high - low), 0.0, 1.0)
    stds = _scored(np.column_stack([1 - share, share]), residuals**2, known_variances)
    from nb301.releases.manifest import Noise  # and with it pydantic, which queries do without

    at_low, at_high = (_rounded(max(float(std), _LEAST_STD)) for std in stds)
    return Noise(low=low, high=high, std_at_low=at_low, std_at_high=at_high)


def _scored(shares: Array, squares: Array, known_variances: Array | float) -> Array:
    """Stds at both ends, shape (2,), whose geometric mean by the shares, shape (n, 2), is each row's."""
    least = exact.log(_LEAST_STD)
    start = 0.5 * exact.log(max(float(squares.mean()), _LEAST_STD**2))
    logs = np.full(2, start)
    for _ in range(_STEPS):
        noise = exact.exp(2 * (shares @ logs))
        # the derivative of the logarithm of the variance by that of the std
        weights = 2 * noise / (noise + known_variances)
        score = shares.T @ (weights * (squares / (noise + known_variances) - 1)) / 2
        information = (shares * weights[:, None] ** 2).T @ shares / 2
        step: Any = np.linalg.lstsq(information, score, rcond=None)[0]
        moved = np.clip(logs + np.clip(step, -_LARGEST_STEP, _LARGEST_STEP), least, 0.0)
        if np.abs(moved - logs).max() < _CONVERGED:
            break
        logs = moved
    return exact.exp(logs)


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
