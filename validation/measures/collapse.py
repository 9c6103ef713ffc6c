"""What more and more operations without parameters in the normal cell do (Appendices C.5, D.6, E.1).

Probes replace ops of an architecture step by step. Intervals are over these architectures, drawn with all
that was made of them: differences between steps are theirs, not those between architectures. Where the
ground truth can be asked, there are many more of them than the ten of D.6, which decide little; and where
the table is not here, of which what is predicted of them is all that can be told.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated

import numpy as np
from pydantic import Field

from nb301.collection.probes import parameter_free
from nb301.space import Genotype, Op
from nb301.truth.emulated import EmulatedTruth
from validation.fits import ROW_SETS
from validation.intervals import Array, Rows, bootstrap_interval
from validation.measures.base import (
    Measured,
    Number,
    Operation,
    Refit,
    observed,
    over_rows,
    predicted_mean,
    predictor_of,
    rows_of,
    skips,
)
from validation.measures.registry import fits_named, register
from validation.missing_table import MissingTable
from validation.subject import NotApplicable, Subject

#: The probes have so many operations of one kind in the normal cell.
_COUNTS = range(9)
#: Probes are made of so many architectures, where they need not be those of the table.
_BASES = 300


@register(fits_named)
def best_count(subject: Subject, op: Operation, low: Number, high: Number, fitted_to: Refit = "") -> Measured:
    """Best mean accuracy with `low` to `high` of the op minus the best with another number, fraction."""
    inside = np.isin(_COUNTS, range(low, high + 1))
    return _of_means(subject, op, fitted_to, lambda means: float(means[inside].max() - means[~inside].max()))


@register(fits_named)
def falls_after(
    subject: Subject, op: Operation, after: Annotated[int, Field(ge=0, le=7)], fitted_to: Refit = ""
) -> Measured:
    """Smallest fall of the mean accuracy with one more of the op, from `after` of them on, fraction."""
    return _of_means(subject, op, fitted_to, lambda means: float(-np.diff(means[after:]).max()))


@register()
def hurts_at_once(subject: Subject, op: Operation) -> Measured:
    """Mean accuracy without the op minus the best with it, fraction."""
    return _of_means(subject, op, "", lambda means: float(means[0] - means[1:].max()))


@register(fits_named)
def gap(subject: Subject, op: Operation, count: Number, fitted_to: Refit = "") -> Measured:
    """Mean of predicted minus observed accuracy with `count` of the op, fraction."""
    truth, predicted = means_by_base(subject, op, fitted_to)
    errors = (predicted - truth)[:, count]
    return over_rows(lambda bases: float(errors[bases].mean()), len(errors))


@cache
def means_by_base(subject: Subject, op: str, fitted_to: str = "") -> tuple[Array, Array]:
    """Mean accuracies, fractions, of each architecture with 0..8 of an op: true and predicted.

    Shape (architectures, 9) each; true is observed, or expected where the ground truth can be asked.

    Raises:
        DataMissing: It cannot, and the table is not here.
    """
    if subject.truth is not None:
        return _expected(subject.split_seed, op), _predicted_of_new(subject, op, fitted_to)
    rows = _probes(subject, op)
    shape, flat = rows.shape, rows.ravel()
    truth, predicted = observed(subject, flat), predicted_mean(subject, flat, ROW_SETS.get(fitted_to))
    return truth.reshape(shape).mean(axis=2), predicted.reshape(shape).mean(axis=2)


def _predicted_of_new(subject: Subject, op: str, fitted_to: str) -> Array:
    """Predicted mean accuracies of new probes, fractions, shape (architectures, 9)."""
    predictor = predictor_of(subject, ROW_SETS.get(fitted_to))
    return _by_base(predictor.predict(_generated(subject.split_seed, op))[0])


@cache
def _generated(seed: int, op: str) -> list[Genotype]:
    """New probes of an op."""
    return parameter_free(np.random.default_rng(seed), Op[op], _BASES)


@cache
def _expected(seed: int, op: str) -> Array:
    """What the emulated truth expects of them, shape (architectures, 9)."""
    return _by_base(EmulatedTruth().mean(_generated(seed, op)))


def _by_base(values: Array) -> Array:
    grouped: Array = np.asarray(values).reshape(len(_COUNTS), _BASES, -1).mean(axis=2).T
    return grouped


def _of_means(subject: Subject, op: str, fitted_to: str, statistic: Callable[[Array], float]) -> Measured:
    ceiling = None
    if subject.truth is None and isinstance(subject.table, MissingTable):
        predicted = _predicted_of_new(subject, op, fitted_to)
    else:
        truth, predicted = means_by_base(subject, op, fitted_to)
        ceiling = statistic(truth.mean(axis=0))
    return Measured(
        value=statistic(predicted.mean(axis=0)),
        interval=bootstrap_interval(lambda bases: statistic(predicted[bases].mean(axis=0)), len(predicted)),
        n=len(predicted),
        ceiling=ceiling,
        also={"best_count": float(predicted.mean(axis=0).argmax())},
    )


@cache
def _probes(subject: Subject, op: str) -> Rows:
    """Rows of D.6's probes of an op, shape (architectures, 9, repeats), by its number in the normal cell."""
    rows = rows_of(subject, "skip")
    rows = rows[(subject.table.rows["run"] == int(Op[op])).to_numpy()[rows]]
    genotypes = subject.genotypes(rows)
    counts = skips(genotypes, Op[op])
    # the reduction cell stays as it is, and tells where a probe comes from
    bases = np.unique([genotype.reduce.code.hex() for genotype in genotypes], return_inverse=True)[1]
    order = np.lexsort((counts, bases))
    groups, repeats = np.unique(np.stack([bases, counts]), axis=1, return_counts=True)
    shape = (bases.max() + 1, len(_COUNTS), repeats[0])
    if groups.shape[1] != shape[0] * shape[1] or len(set(repeats)) != 1:
        raise NotApplicable(f"the probes of {op} are not as many of each number")
    return rows[order].reshape(shape)
