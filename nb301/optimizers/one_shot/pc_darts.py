"""PC-DARTS (Xu et al., 2020): partial channel connections and edge normalisation."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from nb301.optimizers.one_shot.discretisation import N_EDGES, OpSet
from nb301.optimizers.one_shot.method import Method, Rates
from nb301.optimizers.one_shot.network import Mixture
from nb301.space import FIRST_EDGE


class PcDarts(Method):
    """DARTS on a quarter of the channels, with a learned weight for each edge of a node.

    The published search waits 15 of 50 epochs before it trains the architecture.
    """

    partial = 4
    rates = Rates(weights=0.1, architecture=6e-4, warm_up=15)

    def __init__(self, ops: OpSet, generator: Generator) -> None:
        super().__init__(ops, generator)
        self.edge_logits = self._parameter((2, N_EDGES))

    @property
    def parameters(self) -> list[Tensor]:
        """Logits of the ops and of the edges."""
        return [self.logits, self.edge_logits]

    def mixture(self, progress: float) -> Mixture:  # noqa: ARG002
        """All ops, on edges that compete with the others of their node (their Eq. 3)."""
        return Mixture(self.logits.softmax(dim=-1), self._edges(self.edge_logits))

    def strengths(self) -> NDArray[np.float64]:
        """Op weight times edge weight, as the published code discretises."""
        edges = self._edges(self.edge_logits.detach()).numpy().astype(np.float64)
        return super().strengths() * edges[..., None]

    @staticmethod
    def _edges(logits: Tensor) -> Tensor:
        """Softmax over the edges that enter the same node, shape (2, 14)."""
        parts = [logits[:, first : first + node].softmax(dim=1) for node, first in FIRST_EDGE.items()]
        return torch.cat(parts, dim=1)
