"""Validation error against multiply-adds as a pymoo problem, asked a generation at a time.

    python -m docs.examples.pymoo_problem

prints a Pareto front of 1,000 trainings. Run with pymoo 0.6.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.core.result import Result
from pymoo.core.variable import Choice
from pymoo.operators.crossover.ux import UX
from pymoo.operators.mutation.rm import ChoiceRandomMutation
from pymoo.operators.sampling.rnd import IntegerRandomSampling
from pymoo.optimize import minimize

import nb301
from nb301.optimizers.choices import SIZES, from_choices


class ErrorAndCost(Problem):  # type: ignore[misc]  # pymoo has no types
    """An architecture is 22 numbers, none of which is more than a name.

    Small networks are full of skip connections and pools, of which a release of random search's rows knows
    little: ask one of all optimizers' rows.

    Args:
        benchmark: What is asked.
        seed: Of every training.
    """

    def __init__(self, benchmark: nb301.Benchmark, seed: int = 1) -> None:
        options = {number: Choice(options=range(size)) for number, size in enumerate(SIZES)}
        super().__init__(n_var=len(SIZES), n_obj=2, xl=np.zeros(len(SIZES)), xu=SIZES - 1, vars=options)
        self._benchmark, self._seed = benchmark, seed

    def _evaluate(self, x: NDArray[np.int64], out: dict[str, Any], *_: object, **__: object) -> None:
        """Error, a fraction, and multiply-adds of `x`, shape (n, 22): `out["F"]` has shape (n, 2)."""
        answers = self._benchmark.query(from_choices(x.astype(int)), seed=self._seed)
        out["F"] = np.column_stack([1 - answers.val_accuracy, answers.multiply_adds])


def main(generations: int = 20) -> Result:
    """Run NSGA-II, and print every fifth architecture of its front."""
    problem = ErrorAndCost(nb301.load("emulated-gin-v2.0"))
    nsga2 = NSGA2(50, sampling=IntegerRandomSampling(), crossover=UX(), mutation=ChoiceRandomMutation())
    result = minimize(problem, nsga2, ("n_gen", generations), seed=0)
    front = result.F[np.argsort(result.F[:, 1])]
    print(f"{len(front)} of {50 * generations} emulated trainings: no other has less error and multiply-adds")
    for error, multiply_adds in front[::5]:
        print(f"error {error:.4f} with {multiply_adds / 1e6:5.0f} million multiply-adds")
    return result


if __name__ == "__main__":
    main()
