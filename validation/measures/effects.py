"""What an op on an edge adds, and whether single predictions are off: ops replaced in fresh architectures.

Each of many random architectures gets all seven ops on one edge of each cell. What their predictions differ
by is compared with the ground truth, so that nothing else about the architectures matters.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from nb301.space import Genotype, Op, from_codes, sample_many, to_codes
from nb301.truth.emulated import EmulatedTruth
from validation.intervals import Array, binomial_interval
from validation.measures.base import Measured, distance, over_rows, truth_of
from validation.measures.registry import register
from validation.subject import NotApplicable, Subject

#: Architectures that ops are replaced in; each gives 14.
_BASES = 3000
_CELLS, _EDGES, _OPS = 2, 8, len(Op)
#: Ops that differ by less, fraction, on average: no table of noisy trainings tells them apart.
_ALIKE = 2e-4


@register()
def largest_error(subject: Subject) -> Measured:
    """Largest distance, fraction, of the predicted effect of an op in a cell from the true one.

    An effect is what the op on one edge has on average above the mean of all ops there.
    """
    predicted, expected = _both(subject)
    errors = _centred(predicted) - _centred(expected)
    return distance(lambda r: errors[r].mean(axis=0), len(errors), norm=np.max)


@register()
def weakest_difference(subject: Subject) -> Measured:
    """Least slope of what two ops in a cell are predicted to differ by on what they truly differ by.

    1 of what is right, 0 of two ops that are taken for one, -1 of two that are taken for each other. Its
    interval is that of the pair with the least slope; pairs that are as good as equal are left out.
    """
    predicted, expected = _both(subject)
    first, second = np.array([*combinations(range(_OPS), 2)]).T
    told, true = predicted[..., first] - predicted[..., second], expected[..., first] - expected[..., second]
    told, true = told.reshape(len(told), -1), true.reshape(len(true), -1)
    differ = np.sqrt((true**2).mean(axis=0)) >= _ALIKE
    if not differ.any():
        raise NotApplicable("to the ground truth all ops are alike")
    products, squares = (told * true)[:, differ], (true * true)[:, differ]
    slopes = products.sum(axis=0) / squares.sum(axis=0)
    weakest = int(slopes.argmin())
    product, square = products[:, weakest], squares[:, weakest]
    return over_rows(
        lambda r: float(product[r].sum() / square[r].sum()), len(product), pairs=float(differ.sum())
    )


@register()
def off_alone(subject: Subject, by: Annotated[float, Field(gt=0, lt=1)]) -> Measured:
    """Share of architectures whose error is farther than so much, a fraction, from that of their likes.

    Their likes have another op on one edge. The median of the errors of all seven is what is usual among
    them, so that what is off alone is not their region, but a single answer.
    """
    predicted, expected = _both(subject)
    errors = (predicted - expected).reshape(-1, _OPS)
    is_off = np.abs(errors - np.median(errors, axis=1, keepdims=True)) > by
    count, n = int(is_off.sum()), is_off.size
    return Measured(count / n, binomial_interval(count, n), n, also={"architectures": float(count)})


@cache
def _replaced(seed: int) -> list[Genotype]:
    """Architectures with each op on one edge of a cell, flat from shape (bases, cells, ops)."""
    codes = to_codes(sample_many(np.random.default_rng([seed, 1]), _BASES))
    changed: NDArray[np.uint8] = np.broadcast_to(
        codes[:, None, None], (_BASES, _CELLS, _OPS, *codes.shape[1:])
    ).copy()
    base, cell, op = np.ix_(np.arange(_BASES), np.arange(_CELLS), np.arange(_OPS))
    changed[base, cell, op, cell, base % _EDGES, 1] = op
    return from_codes(changed.reshape(-1, *codes.shape[1:]))


@cache
def _both(subject: Subject) -> tuple[Array, Array]:
    """What is predicted and what the truth expects, fractions, shape (bases, cells, ops) each."""
    truth_of(subject)
    mean, _ = subject.predictor.predict(_replaced(subject.split_seed))
    return _shaped(mean), _expected(subject.split_seed)


@cache
def _expected(seed: int) -> Array:
    """Alike for all subjects, as in `collapse`."""
    return _shaped(EmulatedTruth().mean(_replaced(seed)))


def _shaped(values: Array) -> Array:
    return np.asarray(values, dtype=np.float64).reshape(_BASES, _CELLS, _OPS)


def _centred(values: Array) -> Array:
    centred: Array = values - values.mean(axis=2, keepdims=True)
    return centred
