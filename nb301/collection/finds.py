"""Architectures that searches rate best on a surrogate of all earlier rows.

Optimizers go where a surrogate overrates; fitted to trainings of what they find there, it does so less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pandas as pd

from nb301.collection.base import Collection, Earlier
from nb301.errors import TableError
from nb301.optimizers import OPTIMIZERS, Budget, Observation, Trajectory, simulate
from nb301.space import Genotype, to_codes
from nb301.surrogates import FITTED_FAMILIES, Surrogate
from nb301.surrogates.ensemble import fit_ensemble, mean_and_std
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split

#: What searches: optimizers that fit no model of their own.
SEARCHING = ("ls", "re", "de")
#: Searches of each and of a length; evaluations of a long one, as many as 10^7 s are enough for. A short one
#: has a tenth of them: what is overrated on the way to an optimum is not what is overrated there.
_SEARCHES, _STEPS = 20, 2150
#: Of the surrogate: about as the embedded releases of trees have them, whose optimism is to be trained away.
_SURROGATE = {
    "max_leaves": 8,
    "num_boost_round": 600,
    "colsample_bytree": 0.8251222936223414,
    "colsample_bylevel": 0.8972226138758699,
    "min_child_weight": 1,
    "reg_alpha": 5.363605399030473,
    "reg_lambda": 1.0958612448122906,
    "op_counts": True,
}


def finds(rng: np.random.Generator, collection: Collection, earlier: Earlier) -> list[Genotype]:
    """Architectures that no earlier collection evaluated, as many as the collection has evaluations.

    Raises:
        TableError: There are no earlier rows, or too few to fit to, or the searches found too few.
    """
    if not earlier:
        raise TableError(
            "finds are what searches find on a surrogate of all other collections' rows, and there are none: "
            "collect them after these, `after` EVERYTHING, as `nb301 collect --all` does"
        )
    return found(rng, pd.concat([*earlier.values()]), collection.evaluations, **collection.settings)


def found(
    rng: np.random.Generator, rows: pd.DataFrame, n: int, searches: int = _SEARCHES, steps: int = _STEPS
) -> list[Genotype]:
    """Search on XGBoost's ensemble, fitted to rows as a release's is, and take each search's best in turn.

    Args:
        rng: Seeds the ensemble and the searches.
        rows: All rows so far; the surrogate is fitted to those that are not for analysis only.
        n: Architectures to find that the rows do not have.
        searches: Long ones of each optimizer of `SEARCHING`, with its own settings, and as many short ones.
        steps: Evaluations of a long search; a short one has a tenth of them.

    Returns:
        `n` different genotypes in canonical form: the best of each search, then the second best, and so on,
        so that they are not all neighbours of one optimum.

    Raises:
        TableError: The rows are too few to fit to, or the searches found too few.
    """
    rated = _Rated(_surrogate(rows, int(rng.integers(2**31))))
    best: list[Iterator[Genotype]] = []
    for optimizer, length in product(SEARCHING * searches, (steps // 10, steps)):
        search = simulate(OPTIMIZERS[optimizer](rng), rated, Budget(evaluations=length), seed=0)
        best.append(_best_first(search))
    new = _in_turn(best, {*map(Genotype.parse, rows["genotype"].unique())}, n)
    if len(new) < n:
        raise TableError(
            f"{len(best)} searches of {steps // 10} or {steps} steps found {len(new)} architectures that no "
            f"row has, not {n}"
        )
    return new


def _best_first(search: Trajectory) -> Iterator[Genotype]:
    """A search's genotypes in canonical form, from the best rated on."""
    for place in np.argsort(-search.val_accuracy, kind="stable"):
        yield search.genotypes[place].canonical()


def _surrogate(rows: pd.DataFrame, seed: int) -> Surrogate:
    table = EvaluationTable("earlier", "0", "earlier rows", rows)
    family = FITTED_FAMILIES["xgb"].with_hyperparameters(_SURROGATE)
    # nothing is held out: members stop on their folds, and the rows to come are the test
    split = stratified_split(table, seed, (0.9, 0.1, 0.0))
    return family.load([*fit_ensemble(family, table, split, seed).values()])


class _Rated:
    """A surrogate as an objective without noise: the mean of its members. All trainings take a second."""

    def __init__(self, surrogate: Surrogate) -> None:
        self._surrogate = surrogate

    def __call__(self, genotype: Genotype, seed: int) -> Observation:
        return self.ask_many([genotype], seed)[0]

    def ask_many(self, genotypes: Sequence[Genotype], seed: int) -> list[Observation]:  # noqa: ARG002
        codes = to_codes([genotype.canonical() for genotype in genotypes])
        mean, _ = mean_and_std(self._surrogate.predict(codes))
        return [Observation(accuracy, 1.0) for accuracy in mean.tolist()]


def _in_turn(searches: Sequence[Iterator[Genotype]], known: set[Genotype], n: int) -> list[Genotype]:
    """The next that is new of each search, again and again, until there are `n` or none is left."""
    taken: dict[Genotype, None] = {}
    before = -1
    while before < len(taken) < n:
        before = len(taken)
        for search in searches:
            new = next((genotype for genotype in search if genotype not in known), None)
            if new is not None and len(taken) < n:
                known.add(new)
                taken[new] = None
    return [*taken]
