"""Logged runs of optimizers against runs on models that have not seen their rows (Section 5.1, Figure 5).

For tables whose ground truth cannot be asked anew: the run that a table holds is set beside runs of the same
optimizer, settings and number of workers, evaluation by evaluation.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated

import numpy as np

from nb301.collection.base import Collection
from nb301.collection.recipes import recipe_of
from nb301.optimizers import OPTIMIZERS, Budget, simulate
from nb301.space import Genotype
from validation.fits import PlannedFit, Without
from validation.intervals import Array
from validation.measures.base import Measured, exact, one_of, refitted, rows_of
from validation.measures.registry import register
from validation.predictors import DrawnTraining, Predictor, draw
from validation.searches import PlannedRuns, Where
from validation.subject import NotApplicable, Subject

#: Runs on models: with the logged one 40, of which the outermost on either side is one in twenty.
RUNS = 39
MEMBERS = 10
#: Best accuracies of fewer evaluations are mostly luck.
_FROM = 10


def _without(_subject: Subject, optimizer: str, **_parameters: object) -> list[PlannedFit]:
    return [PlannedFit(Without(optimizer), MEMBERS)]


def _runs(_subject: Subject, optimizer: str, **_parameters: object) -> list[PlannedRuns]:
    return [PlannedRuns(optimizer, Where.left_out)]


@register(_without, runs=_runs)
def told_apart(subject: Subject, optimizer: Annotated[str, one_of(OPTIMIZERS)]) -> Measured:
    """Probability by rank that a run lies so far outside as the logged one, 0..1.

    Runs are ranked by their best accuracy so far, averaged over the logarithm of evaluations. If the models
    were the ground truth, the logged run would be one more of theirs, and each rank as likely.
    """
    logged, modelled = best_so_far(subject, optimizer)
    weights = 1 / np.arange(_FROM, len(logged) + 1)
    areas = np.average(np.vstack([logged, modelled])[:, _FROM - 1 :], axis=1, weights=weights)
    outside = min(np.sum(areas >= areas[0]), np.sum(areas <= areas[0]))
    return exact(
        min(1.0, 2 * float(outside) / len(areas)),
        len(areas),
        logged=float(areas[0]),
        on_models=float(areas[1:].mean()),
        std_on_models=float(areas[1:].std(ddof=1)),
    )


@cache
def best_so_far(subject: Subject, optimizer: str) -> tuple[Array, Array]:
    """Best observed accuracies after each evaluation, fractions.

    Returns:
        Of the logged run, shape (evaluations,), and of runs on models, shape (`RUNS`, evaluations).

    Raises:
        NotApplicable: The table has no run of the optimizer, or nobody knows how it was made.
    """
    rows = rows_of(subject, optimizer)
    recipe = recipe_of(subject.table.truth)
    collections = [collection for collection in recipe if collection.optimizer == optimizer]
    if len(collections) != 1 or collections[0].evaluations != len(rows):
        raise NotApplicable(f"nobody knows how the rows of {optimizer} in {subject.table.name} were found")
    predictor = refitted(subject, Without(optimizer), MEMBERS)
    logged = subject.table.rows["val_accuracy"].to_numpy(dtype=np.float64)[rows]
    runs = [_run(collections[0], predictor, seed) for seed in range(1, RUNS + 1)]
    return np.maximum.accumulate(logged), np.maximum.accumulate(np.stack(runs), axis=1)


def _run(collection: Collection, predictor: Predictor, seed: int) -> Array:
    def objective(genotype: Genotype, seed: int) -> DrawnTraining:
        # all take as long, since trainings of a stack end one after the other
        return DrawnTraining(float(draw(predictor, [genotype], np.array([seed]))[0]), runtime=1.0)

    optimizer = OPTIMIZERS[collection.optimizer](np.random.default_rng(seed), **collection.settings)
    budget = Budget(evaluations=collection.evaluations)
    return simulate(optimizer, objective, budget, seed=10**6 * seed, workers=collection.workers).val_accuracy
