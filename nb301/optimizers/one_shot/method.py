"""What the five weight-sharing methods share: architecture parameters and how they are trained.

The bi-level loop is that of DARTS (Liu et al., 2019b); each method says which mixture of ops a step
trains with, and how strong each op is at the end of an epoch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor
from torch.nn import functional

from nb301.optimizers.one_shot.discretisation import N_EDGES, OpSet, discretise
from nb301.optimizers.one_shot.network import Mixture, Supernet
from nb301.space import Genotype

#: Images, shape (n, channels, size, size), and labels, shape (n,).
Batch = tuple[Tensor, Tensor]

# Initial logits are normal with this std, as in the code of DARTS and its followers.
_INITIAL_STD = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Learning rates of a search. Defaults are those of DARTS.

    Args:
        weights: Of the supernet's SGD, annealed to 0.001 along a cosine.
        architecture: Of Adam on the architecture parameters.
        warm_up: Epochs before the architecture parameters are trained.
    """

    weights: float = 0.025
    architecture: float = 3e-4
    warm_up: int = 0


class Method:
    """One weight-sharing method with one logit for each (cell, edge, op), shape (2, 14, ops).

    Args:
        ops: Candidate ops of every edge.
        generator: Every random draw of the search comes from it.
    """

    #: Candidate ops on the whole space, a name of `SPACES`.
    space = "darts"
    #: One in so many channels passes through the ops.
    partial = 1
    rates = Rates()

    def __init__(self, ops: OpSet, generator: Generator) -> None:
        self.ops = ops
        self.generator = generator
        self.logits = self._parameter((2, N_EDGES, len(ops)))

    @property
    def parameters(self) -> list[Tensor]:
        """What Adam trains on the architecture half of the images."""
        return [self.logits]

    def mixture(self, progress: float) -> Mixture:
        """The mixture that a step trains with.

        Args:
            progress: Share of the search that is over, 0..1.
        """
        raise NotImplementedError

    def strengths(self) -> NDArray[np.float64]:
        """How strong each op is, shape (2, 14, ops), at least 0: what is discretised."""
        return self.logits.detach().softmax(dim=-1).numpy().astype(np.float64)

    def loss(self, supernet: Supernet, batch: Batch, progress: float) -> Tensor:
        """Cross-entropy of the supernet under this method's mixture."""
        images, labels = batch
        return functional.cross_entropy(supernet(images, self.mixture(progress)), labels)

    def architecture_gradients(
        self,
        supernet: Supernet,
        train: Batch,  # noqa: ARG002 - second-order methods look at it
        val: Batch,
        progress: float,
    ) -> list[Tensor]:
        """Gradients for `parameters`: first order, with the weights as they are."""
        loss = self.loss(supernet, val, progress)
        return list(torch.autograd.grad(loss, self.parameters))

    def choose(self, supernet: Supernet, batch: Batch) -> Genotype:  # noqa: ARG002
        """The genotype of an epoch's end."""
        normal, reduce = self.strengths()
        return discretise(normal, reduce, self.ops)

    def _parameter(self, shape: tuple[int, ...]) -> Tensor:
        return (_INITIAL_STD * torch.randn(shape, generator=self.generator)).requires_grad_()


def unit_edges() -> Tensor:
    """Edge weights of methods that do not normalise edges, shape (2, 14)."""
    return torch.ones(2, N_EDGES)
