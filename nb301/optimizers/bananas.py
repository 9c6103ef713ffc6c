"""BANANAS (White et al., 2019): Bayesian optimization with a neural predictor on the path encoding.

Its networks are fitted by matrix products, whose last digits depend on the processor: equal seeds and answers
may lead to other proposals on another machine. The answers to them are the same everywhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nb301.encodings import MAX_LENGTH, path_columns, paths
from nb301.optimizers.base import Observation
from nb301.optimizers.regression import RegressionNetwork
from nb301.space import Genotype, check_generator, mutate, sample, to_codes


def path_encoding(genotypes: list[Genotype], length: int = MAX_LENGTH) -> NDArray[np.float32]:
    """Encode which paths a genotype has (official_facts F17).

    Args:
        genotypes: The `n` architectures.
        length: Longest path that has a bit, in edges, 1..4: 28, 224, 1,596 or 11,200 bits. F17's
            encoding has four bits more, those of the empty path, which are never set.

    Returns:
        Zeros and ones, shape (n, 4 * (7 + ... + 7^length)): a bit for each (cell, input, path).
    """
    columns = path_columns(length)
    encoded = np.zeros((len(genotypes), 4, columns.max() + 1), dtype=np.float32)
    bits = columns[paths(to_codes(genotypes)).reshape(len(genotypes), 4, -1)]
    row, start, path = np.nonzero(bits >= 0)
    encoded[row, start, bits[row, start, path]] = 1
    return encoded.reshape(len(genotypes), -1)


class Bananas:
    """Proposes mutations of the best genotypes that an ensemble of networks thinks well of.

    Args:
        rng: Where all choices are drawn from.
        startup: Random genotypes, whose results come before the first networks; 100 in Appendix C.3.
        members: Networks of the ensemble; 3 in Appendix C.3.
        batch: Proposals from one set of candidates; 10 in White et al. (2019).
        candidates: Mutations among which the batch is chosen; 100 in White et al.'s code.
        parents: Best genotypes that are mutated, equally often. White et al. say "the best"; 10 is ours.
        growth: Networks are trained anew when there is this share of new results: with 0.1 after every
            batch at first, after 200 results at 2,000. White et al. train for every batch; at 2,243
            evaluations that is 214 trainings in place of 33.
        length: Longest path in the encoding. White et al. show that leaving out long paths costs
            nothing; 3 leaves out one path in forty and six bits in seven.
        layers: Hidden layers; 10 in White et al.
        width: Of a hidden layer; 20 in White et al.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        startup: int = 100,
        members: int = 3,
        batch: int = 10,
        candidates: int = 100,
        parents: int = 10,
        growth: float = 0.1,
        length: int = 3,
        layers: int = 10,
        width: int = 20,
    ) -> None:
        check_generator(rng)
        self._rng = rng
        self._startup, self._members, self._batch = startup, members, batch
        self._candidates, self._parents, self._growth = candidates, parents, growth
        self._length, self._layers, self._width = length, layers, width
        self._results: list[tuple[float, Genotype]] = []
        self._proposed: set[Genotype] = set()
        self._to_propose: list[Genotype] = []
        self._networks: list[RegressionNetwork] = []
        self._fitted_to = 0

    def ask(self) -> Genotype:
        """Propose a random genotype until the first results are there, then the next of a batch."""
        if len(self._results) < self._startup:
            return self._new(sample(self._rng))
        if not self._to_propose:
            self._to_propose = self._choose()
        return self._new(self._to_propose.pop())

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Take a result."""
        self._results.append((observation.val_accuracy, genotype))

    def _new(self, genotype: Genotype) -> Genotype:
        self._proposed.add(genotype.canonical())
        return genotype

    def _choose(self) -> list[Genotype]:
        """The batch of candidates with the highest draws from their predictions, the best last."""
        if len(self._results) - self._fitted_to >= self._growth * self._fitted_to:
            self._fit()
        candidates = self._mutations()
        x = path_encoding(candidates, self._length)
        predictions = np.stack([network.predict(x) for network in self._networks])
        # independent Thompson sampling: a draw for each candidate on its own
        draws = self._rng.normal(predictions.mean(axis=0), predictions.std(axis=0))
        order = np.argsort(draws, kind="stable")
        return [candidates[index] for index in order[-self._batch :]]

    def _mutations(self) -> list[Genotype]:
        """Mutations of the best genotypes that have not been proposed, each once."""
        best = sorted(self._results, key=lambda result: -result[0])[: self._parents]
        mutations: dict[Genotype, Genotype] = {}
        tries = 0
        while len(mutations) < self._candidates:
            parent = best[tries % len(best)][1]
            # after many tries all neighbours are known: further and further mutations
            for _ in range(1 + tries // (10 * self._candidates)):
                parent = mutate(parent, self._rng)
            tries += 1
            if parent.canonical() not in self._proposed:
                mutations.setdefault(parent.canonical(), parent)
        return list(mutations.values())

    def _fit(self) -> None:
        x = path_encoding([genotype for _, genotype in self._results], self._length)
        y = np.array([value for value, _ in self._results])
        scale = y.std() or 1.0
        y = ((y - y.mean()) / scale).astype(np.float32)
        self._networks = []
        for _ in range(self._members):
            network = RegressionNetwork(self._rng, x.shape[1], self._layers, self._width)
            network.fit(x, y)
            self._networks.append(network)
        self._fitted_to = len(self._results)
