"""Whether predictions are too high or too low: on the whole, at the top, and near the best that was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from nb301.encodings import canonical
from nb301.space import Genotype, mutate, to_codes
from validation.intervals import Array, Rows
from validation.measures.base import Measured, distance, observed, over_rows, predicted_mean, truth_of
from validation.measures.registry import register
from validation.subject import Subject

#: Best of the fitted rows, by what was observed.
_BEST = 0.05
#: Share of the test rows that counts as near them.
_NEAR = 0.1


@register()
def overall(subject: Subject) -> Measured:
    """Distance of the mean error from zero over the test rows, fraction."""
    errors = _errors(subject)
    return distance(lambda r: errors[r].mean(), len(errors), predicted_minus_observed=float(errors.mean()))


@register()
def of_top(subject: Subject, share: Annotated[float, Field(gt=0, le=1)]) -> Measured:
    """Mean of predicted minus observed accuracy, fraction, of the test rows with the best predictions."""
    predicted, errors = predicted_mean(subject, subject.split.test), _errors(subject)
    count = max(2, round(share * len(errors)))
    top = errors[np.argsort(-predicted, kind="stable")[:count]]
    return over_rows(lambda r: float(top[r].mean()), len(top))


@register()
def near_best(subject: Subject) -> Measured:
    """Distance of the mean error from zero, fraction, over the test rows most like the best fitted rows.

    Beside it how many of 16 edges, on average, differ from the most similar of those.
    """
    edits = edits_to_best(subject, subject.genotypes(subject.split.test))
    errors = _errors(subject)
    near = np.argsort(edits, kind="stable")[: max(2, round(_NEAR * len(errors)))]
    return distance(
        lambda r: errors[near][r].mean(),
        len(near),
        predicted_minus_observed=float(errors[near].mean()),
        edits=float(edits[near].mean()),
    )


@register()
def of_mutants(subject: Subject) -> Measured:
    """Distance of the mean error to the truth from zero, fraction, over mutants of the best fitted rows.

    Each has one edit, as regularized evolution makes them.
    """
    truth, rng = truth_of(subject), np.random.default_rng(subject.split_seed)
    mutants = [mutate(parent, rng, identity=0.0) for parent in subject.genotypes(_best_fitted(subject))]
    errors = subject.predictor.predict(mutants)[0] - truth.mean(mutants)
    return distance(lambda r: errors[r].mean(), len(errors), predicted_minus_true=float(errors.mean()))


def edits_to_best(subject: Subject, genotypes: Sequence[Genotype]) -> Array:
    """Edges of each genotype that are others in each of the best fitted rows, at least, shape (n,): 0..16."""
    best = _best_fitted(subject)
    best_edges = canonical(subject.table.codes[best]).reshape(len(best), 16, 2)
    edits = np.empty(len(genotypes))
    for number, edges in enumerate(canonical(to_codes(genotypes)).reshape(-1, 16, 2)):
        edits[number] = (edges != best_edges).any(axis=2).sum(axis=1).min()
    return edits


def _best_fitted(subject: Subject) -> Rows:
    """The best of the fitted rows, by what was observed, best first."""
    fitted = subject.split.fitting
    count = max(1, round(_BEST * len(fitted)))
    return fitted[np.argsort(-observed(subject, fitted), kind="stable")[:count]]


def _errors(subject: Subject) -> Array:
    rows = subject.split.test
    return predicted_mean(subject, rows) - observed(subject, rows)
