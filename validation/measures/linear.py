"""What a linear model of the edges predicts: an ensemble has to be better than that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nb301.encodings import canonical
from nb301.space import FIRST_EDGE, NODES, Genotype, Op, to_codes
from validation.intervals import Array
from validation.measures.base import STATISTICS, Measured, Statistic, observed, over_rows, predicted_mean
from validation.measures.registry import register
from validation.subject import Subject

#: Edges that a cell may have.
_EDGES = FIRST_EDGE[NODES[-1]] + NODES[-1]
#: Weights shrink as if each edge with its op had been seen once more, without any effect.
_RIDGE = 1.0


@register()
def gain(subject: Subject, statistic: Statistic) -> Measured:
    """A statistic over the test rows minus that of a linear model; beside it both.

    Where the surrogate's has no value, as of a constant's ranks, neither has the gain.
    """
    score, rows = STATISTICS[statistic], subject.split.test
    truth, predicted = observed(subject, rows), predicted_mean(subject, rows)
    linear = linear_mean(subject, subject.genotypes(rows))
    return over_rows(
        lambda r: score(truth[r], predicted[r]) - score(truth[r], linear[r]),
        len(rows),
        surrogate=score(truth, predicted),
        linear=score(truth, linear),
    )


def linear_mean(subject: Subject, genotypes: Sequence[Genotype]) -> Array:
    """Accuracies, fractions, by a ridge regression on edges, fitted to the rows that a subject may see."""
    intercept, weights = _fitted(subject)
    predictions: Array = intercept + edge_indicators(canonical(to_codes(genotypes))) @ weights
    return predictions


def edge_indicators(codes: NDArray[np.uint8]) -> Array:
    """Which op is on which edge of which cell, as zeros and ones.

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Shape (n, 196): 2 cells, 14 edges, 7 ops.
    """
    first = np.repeat([FIRST_EDGE[node] for node in NODES], 2)
    edges = first + codes[..., 0] + _EDGES * np.arange(2)[:, None]
    columns = (edges * len(Op) + codes[..., 1]).reshape(len(codes), -1)
    indicators = np.zeros((len(codes), 2 * _EDGES * len(Op)))
    np.put_along_axis(indicators, columns, 1.0, axis=1)
    return indicators


@cache
def _fitted(subject: Subject) -> tuple[float, Array]:
    """Intercept and weights."""
    rows = subject.split.fitting
    indicators, accuracies = edge_indicators(canonical(subject.table.codes[rows])), observed(subject, rows)
    centre, level = indicators.mean(axis=0), float(accuracies.mean())
    centred = indicators - centre
    penalty = _RIDGE * np.eye(centred.shape[1])
    weights: Array = np.linalg.solve(centred.T @ centred + penalty, centred.T @ (accuracies - level))
    return level - float(centre @ weights), weights
