"""COMBO (Oh et al., 2019): Bayesian optimization with a Gaussian process on a product of graphs.

The process is fitted by matrix products, whose last digits depend on the processor: equal seeds and answers
may lead to other proposals on another machine. The answers to them are the same everywhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nb301.extras import require
from nb301.optimizers.base import Observation
from nb301.optimizers.choices import SIZES, from_choices, to_choices
from nb301.optimizers.diffusion import DiffusionProcess
from nb301.space import Genotype, check_generator, sample, sample_many

_Choices = NDArray[np.int64]


class Combo:
    """Proposes the genotype with the highest expected improvement that an ascent finds.

    The Gaussian process is `DiffusionProcess`, on the 22 choices of Appendix C.3. Its parameters are
    refitted when results have grown by a share; between, results are only added. From the best of
    random starting points, expected improvement is ascended along one choice after the other, all
    its options at a time. Oh et al. move to the best of all neighbours, a step that costs as much as
    this one's whole round over the choices.

    Args:
        rng: Where all choices are drawn from.
        startup: Random genotypes; the acquisition is used when their results are there, and workers
            that ask before get random ones, too; 100 in Appendix C.3.
        starts: Starting points of the ascent; 30 in Appendix C.3.
        start_candidates: Genotypes of which the best are starting points: random ones, and ten
            neighbours of the best result. 20,000 in Oh et al.'s code; fewer here, for speed.
        rounds: Most rounds over the 22 choices; a point's ascent ends with a round without improvement.
        growth: Share of new results after which parameters are refitted; Oh et al. sample them for
            every proposal.
        max_results: Results that the process is given; later ones change nothing but the best known.
            In the paper fitting "became the bottleneck of the BO after around 600 function
            evaluations" (Appendix C.3).
    """

    def __init__(
        self,
        rng: np.random.Generator,
        startup: int = 100,
        starts: int = 30,
        start_candidates: int = 1000,
        rounds: int = 3,
        growth: float = 0.1,
        max_results: int = 600,
    ) -> None:
        for module in ("scipy.linalg", "scipy.optimize", "scipy.special"):
            require(module, "optimizers")
        check_generator(rng)
        self._rng = rng
        self._startup, self._starts, self._start_candidates = startup, starts, start_candidates
        self._rounds, self._growth, self._max_results = rounds, growth, max_results
        self._genotypes: list[Genotype] = []
        self._values: list[float] = []
        self._proposed: set[Genotype] = set()
        self._process = DiffusionProcess()
        self._fitted_to = 0

    def ask(self) -> Genotype:
        """Propose a random genotype until the first results are there, then by the acquisition."""
        genotype = sample(self._rng) if len(self._values) < self._startup else self._ascend()
        self._proposed.add(genotype)
        return genotype

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Take a result."""
        self._genotypes.append(genotype)
        self._values.append(observation.val_accuracy)

    def _update(self) -> None:
        n = min(len(self._values), self._max_results)
        if n == self._process.n:
            return
        x, y = to_choices(self._genotypes[:n]), np.array(self._values[:n])
        if n - self._fitted_to >= self._growth * self._fitted_to:
            self._process.fit(x, y)
            self._fitted_to = n
        self._process.condition(x, y)

    def _ascend(self) -> Genotype:
        self._update()
        best = max(self._values)
        x = self._starting_points(best)
        values = self._process.expected_improvement(x, best)
        climbing = np.arange(len(x))
        for _ in range(self._rounds):
            points, heights = x[climbing], values[climbing]
            for choice in self._rng.permutation(len(SIZES)):
                points, heights = self._along(points, choice, best)
            improved = heights > values[climbing]
            x[climbing], values[climbing] = points, heights
            # what has arrived, or met another on its way, need not go on
            _, distinct = np.unique(points, axis=0, return_index=True)
            climbing = climbing[np.intersect1d(np.flatnonzero(improved), distinct)]
            if not len(climbing):
                break
        for genotype in from_choices(x[np.argsort(-values, kind="stable")]):
            if genotype not in self._proposed:
                return genotype
        return sample(self._rng)

    def _along(self, x: _Choices, choice: int, best: float) -> tuple[_Choices, NDArray[np.float64]]:
        """The best option of a choice for each point, all others kept."""
        options = np.repeat(x[:, None], SIZES[choice], axis=1)
        options[..., choice] = np.arange(SIZES[choice])
        values = self._process.expected_improvement(options.reshape(-1, len(SIZES)), best)
        values = values.reshape(options.shape[:2])
        chosen = values.argmax(axis=1)
        return options[np.arange(len(x)), chosen], values.max(axis=1)

    def _starting_points(self, best: float) -> _Choices:
        random = to_choices(sample_many(self._rng, self._start_candidates))
        near = to_choices([self._genotypes[int(np.argmax(self._values))]] * 10)
        changed = self._rng.integers(len(SIZES), size=len(near))
        near[np.arange(len(near)), changed] = self._rng.integers(SIZES[changed])
        candidates = np.concatenate([random, near])
        values = self._process.expected_improvement(candidates, best)
        return candidates[np.argsort(-values, kind="stable")[: self._starts]]
