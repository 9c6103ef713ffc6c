"""Random search with weight sharing (Li & Talwalkar, 2019)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn import functional

from nb301.optimizers.one_shot.discretisation import N_EDGES, OpSet
from nb301.optimizers.one_shot.method import Batch, Method, unit_edges
from nb301.optimizers.one_shot.network import Mixture, Supernet
from nb301.space import FIRST_EDGE, INPUT_PAIRS, Cell, Genotype

# Random genotypes that compete at the end of an epoch. The authors compare 1,000 once, at the end.
_CANDIDATES = 20


class RandomWs(Method):
    """Each step trains the shared weights of one random genotype; no architecture parameters."""

    space = "no_none"

    def __init__(self, ops: OpSet, generator: Generator) -> None:
        super().__init__(ops, generator)
        seed = int(torch.randint(2**62, (), generator=generator))
        self._rng = np.random.default_rng(seed)

    @property
    def parameters(self) -> list[Tensor]:
        """None."""
        return []

    def mixture(self, progress: float) -> Mixture:  # noqa: ARG002
        """One random genotype's edges and ops."""
        return one_genotype(self._draw(), self.ops)

    def choose(self, supernet: Supernet, batch: Batch) -> Genotype:
        """The best of a few random genotypes by loss with the shared weights on one batch."""
        images, labels = batch
        candidates = [self._draw() for _ in range(_CANDIDATES)]
        losses = []
        with torch.no_grad():
            for candidate in candidates:
                outputs = supernet(images, one_genotype(candidate, self.ops))
                losses.append(float(functional.cross_entropy(outputs, labels)))
        return candidates[int(np.argmin(losses))]

    def _draw(self) -> Genotype:
        """Uniform over the genotypes with these ops."""
        candidates = [op for op in self.ops if op is not None]
        cells = []
        for _ in range(2):
            code: list[int] = []
            for pairs in INPUT_PAIRS.values():
                for source in pairs[self._rng.integers(len(pairs))]:
                    code += [source, int(candidates[self._rng.integers(len(candidates))])]
            cells.append(Cell(bytes(code)))
        return Genotype(*cells)


def one_genotype(genotype: Genotype, ops: OpSet) -> Mixture:
    """The mixture that is one genotype: weight 1 for its ops, 0 for all others."""
    weights = torch.zeros(2, N_EDGES, len(ops))
    for number, cell in enumerate((genotype.normal, genotype.reduce)):
        for edge in cell.edges:
            weights[number, FIRST_EDGE[edge.target] + edge.source, ops.index(edge.op)] = 1.0
    return Mixture(weights, unit_edges())
