"""Measuring a claim: two arrays in, a verdict out; knows nothing of releases."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from validation.claims import STATISTICS, Array, Claim
from validation.statistics import Bootstrap, Interval, bootstrap_interval

Verdict = Literal["holds", "fails", "undecided"]

#: How every interval of a report is made.
BOOTSTRAP = Bootstrap()


@dataclass(frozen=True, slots=True)
class Measurement:
    """What came out for one claim.

    Args:
        value: The statistic over all rows; NaN where it is undefined.
        interval: Its 95 % bootstrap interval.
        n: Number of rows.
        ceiling: What the noise-free truth scores on the same rows, where it is known: noise lets no
            surrogate score much more. It informs, and has no part in the verdict.
        verdict: See `judge`.
    """

    value: float
    interval: Interval
    n: int
    ceiling: float | None
    verdict: Verdict


def measure(claim: Claim, truth: Array, predicted: Array, noise_free: Array | None = None) -> Measurement:
    """Measure a claim.

    Args:
        claim: Names the statistic and the threshold.
        truth: The observed quantity, shape (n,), in the quantity's unit: fraction or seconds.
        predicted: Shape (n,), the same unit.
        noise_free: Expectation of `truth` over seeds, shape (n,), where it is known.

    Raises:
        ValueError: The arrays differ in shape, have fewer than two rows, or are not finite.
    """
    truth, predicted = np.asarray(truth, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    statistic = STATISTICS[claim.statistic].compute
    value = statistic(truth, predicted)
    interval = bootstrap_interval(statistic, truth, predicted, BOOTSTRAP)
    ceiling = None if noise_free is None else statistic(truth, noise_free)
    return Measurement(value, interval, len(truth), ceiling, judge(claim, value, interval))


def judge(claim: Claim, value: float, interval: Interval) -> Verdict:
    """Decide by the interval alone whether a claim holds.

    Returns:
        `holds` if the whole interval satisfies the threshold, `fails` if none of it does or the value
        is undefined, `undecided` if it straddles the threshold or is itself undefined.
    """
    if math.isnan(value):
        return "fails"
    if any(math.isnan(bound) for bound in interval):
        return "undecided"
    met = [claim.is_met_by(bound) for bound in interval]
    return "holds" if all(met) else "undecided" if any(met) else "fails"


def explain(claim: Claim, measured: Measurement) -> str:
    """One line: what the source says, what was measured, the verdict."""
    low, high = measured.interval
    interval = f"{100 * BOOTSTRAP.level:g} % interval {low:.4f} to {high:.4f}"
    return (
        f"{claim.source} says {claim.bound}; measured {measured.value:.4f} "
        f"({interval}, n = {measured.n}): {measured.verdict}"
    )
