"""What a measure gives, and what measures share."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, TypeVar

import numpy as np
from pydantic import AfterValidator, Field
from scipy.stats import kendalltau, rankdata

from nb301.errors import TableError
from nb301.metrics import kendall_tau, r2, sparse_kendall_tau, spearman
from nb301.sources import FITTED, SourceKind, sources_of
from nb301.space import Genotype, Op
from nb301.tables.statistics import noise_variance, seeds
from nb301.truth.emulated import EmulatedTruth
from validation.fits import ROW_SETS, RowSet
from validation.intervals import (
    Array,
    Interval,
    Norm,
    Rows,
    bootstrap_interval,
    distance_interval,
    of_groups,
)
from validation.predictors import Predictor
from validation.subject import NotApplicable, Subject


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out.

    Args:
        value: The statistic; NaN where it is undefined.
        interval: Its 95 % interval, which contains the value; of exact statistics the value alone.
        n: What it was computed over: rows, architectures, draws or runs.
        ceiling: What the noise-free truth scores on the same rows, where it is known: noise lets no
            surrogate score much more. It informs, and has no part in the verdict.
        also: Further numbers for readers, by name.

    Raises:
        ValueError: The value lies outside the interval: they are not of one statistic.
    """

    value: float
    interval: Interval
    n: int
    ceiling: float | None = None
    also: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        low, high = self.interval
        if self.value < low or self.value > high:
            raise ValueError(f"{self.value} is outside its own interval, {low} to {high}")


_Known = TypeVar("_Known", str, int, float)
#: Functions of truth and prediction, fractions, shape (n,) each.
STATISTICS: Mapping[str, Callable[[Array, Array], float]] = {
    "r2": r2,
    "sparse_kendall_tau": sparse_kendall_tau,
    "kendall_tau": kendall_tau,
    "spearman": spearman,
    # official_facts F24: predictions rounded to two decimals of percent
    "sparse_kendall_tau_2_decimals": lambda truth, predicted: kendall_tau(truth, predicted.round(4)),
}


#: Digits of fractions that predictions are rounded to, if they are, where the order alone counts.
_ORDERING: Mapping[str, int | None] = {
    "kendall_tau": None,
    "sparse_kendall_tau": 3,
    "sparse_kendall_tau_2_decimals": 4,
}


def resampled(name: str, truth: Array, predicted: Array) -> Callable[[Rows], float]:
    """A statistic of resampled rows, as `STATISTICS` gives it.

    Of ranks, small whole numbers, Kendall's tau is found in two thirds of the time.
    """
    if name not in _ORDERING:
        statistic = STATISTICS[name]
        return lambda r: statistic(truth[r], predicted[r])
    digits, ranks = _ORDERING[name], []
    for values in (truth, predicted if digits is None else predicted.round(digits)):
        dense = rankdata(values, "dense")
        ranks.append(dense.astype(np.min_scalar_type(len(dense))))
    one, other = ranks
    return lambda r: float(kendalltau(one[r], other[r]).statistic)


def one_of(known: Collection[_Known]) -> AfterValidator:
    """An annotation: the value is one of those known."""

    def check(value: _Known) -> _Known:
        if value not in known:
            raise ValueError(f"{value!r:.80} is not one of {', '.join(map(str, filter(None, known)))}")
        return value

    return AfterValidator(check)


#: Annotations of what measures take say which values a claim may give.
Statistic = Annotated[str, one_of(STATISTICS)]
Source = Annotated[str, one_of(FITTED)]
Operation = Annotated[str, one_of(Op.__members__)]
#: Std of a training, fraction; zero where a claim states none.
Noise = Annotated[float, Field(ge=0, lt=1)]
#: How many equal operations the normal cell has.
Number = Annotated[int, Field(ge=0, le=8)]
#: The name of a row set that a model is fitted to; empty for the subject as it is.
Refit = Annotated[str, one_of(("", *ROW_SETS))]


def exact(value: float, n: int, **also: float) -> Measured:
    """A statistic without sampling error."""
    return Measured(float(value), Interval(float(value), float(value)), n, also=also)


def over_rows(statistic: Callable[[Rows], float], n: int, **also: float) -> Measured:
    """A statistic of rows, with its bootstrap interval."""
    return Measured(statistic(np.arange(n)), bootstrap_interval(statistic, n), n, also=also)


def distance(difference: Callable[..., Array], *strata: int, norm: Norm = np.mean, **also: float) -> Measured:
    """The mean absolute value of a difference, or another norm, with its interval; n of the first stratum."""
    value = float(norm(np.abs(difference(*map(np.arange, strata)))))
    return Measured(value, distance_interval(difference, *strata, norm=norm), strata[0], also=also)


def over_searches(
    subject: Subject, rows: Rows, statistic: Callable[[Rows], float], **also: float
) -> Measured:
    """A statistic of some rows of the table, by their places, with its bootstrap interval.

    What a one-shot method gives in one search is alike: where all rows are of such methods, and the table
    tells their searches apart, these are resampled, and else the rows.
    """
    groups = _searches(subject, rows)
    value = statistic(np.arange(len(rows)))
    if len(groups) < 2:
        return Measured(value, bootstrap_interval(statistic, len(rows)), len(rows), also=also)
    interval = bootstrap_interval(of_groups(statistic, groups), len(groups))
    return Measured(value, interval, len(rows), also=also | {"searches": len(groups)})


def _searches(subject: Subject, rows: Rows) -> list[Rows]:
    """Places of rows by their search; empty where a row is of no one-shot method."""
    chosen = subject.table.rows.iloc[rows]
    if not chosen["optimizer"].isin(sources_of(SourceKind.ONE_SHOT)).all():
        return []
    by_search = chosen.groupby(["optimizer", "run"], observed=True).indices
    return [np.asarray(places, dtype=np.intp) for places in by_search.values()]


def compare(subject: Subject, name: str, rows: Rows, predicted: Array, noise: float = 0.0) -> Measured:
    """A statistic of what was observed and what is predicted for rows of the table; beside it the others.

    Noise is the std of a training, fraction, for tables without repeated trainings.
    """
    truth = observed(subject, rows)
    scores = {name: compute(truth, predicted) for name, compute in STATISTICS.items()}
    del scores[name]
    measured = over_searches(subject, rows, resampled(name, truth, predicted), **scores)
    return replace(measured, ceiling=_ceiling(subject, name, rows, truth, noise))


def _ceiling(subject: Subject, name: str, rows: Rows, truth: Array, noise: float) -> float | None:
    """What the expectation of trainings scores; of real ones R2 alone is known, by the noise over seeds."""
    expected = noise_free(subject, rows)
    if expected is not None:
        return STATISTICS[name](truth, expected)
    unexplained = unexplained_variance(subject, noise)
    return None if name != "r2" or math.isnan(unexplained) else 1 - unexplained / float(truth.var())


def unexplained_variance(subject: Subject, noise: float) -> float:
    """Variance of a training, squared fractions: over seeds of the table, else as stated; NaN if neither."""
    measured = noise_variance(subject.table)
    return noise * noise if math.isnan(measured) and noise > 0 else measured


def slope_of(outcome: Array, by: Array) -> float:
    """Slope of the least-squares line of an outcome, shape (n,) each; NaN where what it is by is constant."""
    centred = by - by.mean()
    spread = float((centred * centred).sum())
    return float((centred * outcome).sum()) / spread if spread > 0 else float("nan")


def refitted(subject: Subject, rows: RowSet, members: int = 1) -> Predictor:
    """Models of the subject's family, fitted to other rows of its table.

    Raises:
        NotApplicable: Nobody knows how, or the table does not have such rows.
    """
    if subject.family is None:
        raise NotApplicable(f"{subject.name} does not say how it is fitted")
    try:
        subject.split_of(rows)
    except TableError as error:
        raise NotApplicable(str(error)) from None
    return _refitted(subject, rows, members)


# subjects are compared by identity, so each is asked once
@cache
def _refitted(subject: Subject, rows: RowSet, members: int) -> Predictor:
    return subject.refit(rows, members)


def predictor_of(subject: Subject, fitted_to: RowSet | None) -> Predictor:
    """The subject's predictor, or a model fitted anew."""
    return subject.predictor if fitted_to is None else refitted(subject, fitted_to)


def predicted_mean(subject: Subject, rows: Rows, fitted_to: RowSet | None = None) -> Array:
    """Predictions of some rows of the table, fractions; by the subject or by models fitted anew."""
    return predicted(subject, rows, fitted_to)[0]


def predicted(subject: Subject, rows: Rows, fitted_to: RowSet | None = None) -> tuple[Array, Array]:
    """Mean and std of the predictions of some rows of the table, fractions."""
    return _predicted(subject, fitted_to, np.asarray(rows, dtype=np.intp).tobytes())


@cache
def _predicted(subject: Subject, fitted_to: RowSet | None, rows: bytes) -> tuple[Array, Array]:
    mean, std = predictor_of(subject, fitted_to).predict(
        subject.genotypes(np.frombuffer(rows, dtype=np.intp))
    )
    return np.asarray(mean, dtype=np.float64), np.asarray(std, dtype=np.float64)


def observed(subject: Subject, rows: Rows) -> Array:
    """Observed validation accuracies of some rows of the table, fractions."""
    accuracies: Array = subject.table.rows["val_accuracy"].to_numpy(dtype=np.float64)[rows]
    return accuracies


def truth_of(subject: Subject) -> EmulatedTruth:
    """The ground truth.

    Raises:
        NotApplicable: It cannot be asked.
    """
    if subject.truth is None:
        raise NotApplicable(f"{subject.table.truth} cannot be asked what it expects of an architecture")
    return subject.truth


def noise_free(subject: Subject, rows: Rows) -> Array | None:
    """Expectation of the same over seeds, where it is known."""
    return None if subject.truth is None else subject.truth.mean(subject.genotypes(rows))


def unseen_rows(subject: Subject, optimizer: str = "") -> Rows:
    """The test rows, of all optimizers or of one.

    Raises:
        NotApplicable: There are less than two.
    """
    rows = subject.split.test
    if optimizer:
        rows = rows[(subject.table.rows["optimizer"] == optimizer).to_numpy()[rows]]
    if len(rows) < 2:
        raise NotApplicable(f"the test part has {len(rows)} rows of {optimizer or 'any optimizer'}")
    return rows


def rows_of(subject: Subject, *optimizers: str) -> Rows:
    """Rows of the table that some optimizers found.

    Raises:
        NotApplicable: There are none.
    """
    rows = np.flatnonzero(subject.table.rows["optimizer"].isin(optimizers).to_numpy())
    if not len(rows):
        raise NotApplicable(f"table {subject.table.name} has no rows of {', '.join(optimizers)}")
    return rows


def trained_repeatedly(subject: Subject) -> tuple[list[Genotype], Array]:
    """Architectures with five seeds, and their accuracies, fractions, shape (n, 5).

    Raises:
        NotApplicable: There are none.
    """
    runs = seeds(subject.table)
    if len(runs) < 2:
        raise NotApplicable(f"table {subject.table.name} has no architectures with five seeds")
    return list(map(Genotype.parse, runs.index)), runs.to_numpy(dtype=np.float64)


def skips(genotypes: list[Genotype], op: int) -> Array:
    """How often an op is in the normal cell."""
    return np.array([genotype.normal.code[1::2].count(op) for genotype in genotypes], dtype=np.float64)


def depths(genotypes: list[Genotype]) -> Rows:
    """Edges of the longest path of the normal cell."""
    return np.array([genotype.normal.depth for genotype in genotypes])
