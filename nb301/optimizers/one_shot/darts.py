"""DARTS (Liu et al., 2019b): softmax over all ops, bi-level gradient descent."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from nb301.optimizers.one_shot.discretisation import OpSet
from nb301.optimizers.one_shot.method import Batch, Method, unit_edges
from nb301.optimizers.one_shot.network import Mixture, Supernet

# Step of the finite difference, divided by the gradient's norm (their Eq. 8).
_FINITE_STEP = 0.01


class Darts(Method):
    """Mixes all ops by a softmax; architecture gradients of first or second order.

    Args:
        second_order: Differentiate through one step of the weights (their Eq. 7), at twice the
            price. Off by default, as in the authors' code, whose defaults the paper ran
            (Appendix C.3); first order is also what diverges to skip connections.
        virtual_rate: Learning rate of that step, their xi.
    """

    def __init__(
        self, ops: OpSet, generator: Generator, *, second_order: bool = False, virtual_rate: float = 0.025
    ) -> None:
        super().__init__(ops, generator)
        self.second_order = second_order
        self.virtual_rate = virtual_rate

    def mixture(self, progress: float) -> Mixture:  # noqa: ARG002
        """All ops at once."""
        return Mixture(self.logits.softmax(dim=-1), unit_edges())

    def architecture_gradients(
        self, supernet: Supernet, train: Batch, val: Batch, progress: float
    ) -> list[Tensor]:
        """First order, or with the finite difference of Eq. (8)."""
        if not self.second_order:
            return super().architecture_gradients(supernet, train, val, progress)
        weights = list(supernet.parameters())
        rate = self.virtual_rate
        # the virtual step leaves out momentum and weight decay: only its direction matters here
        step = torch.autograd.grad(self.loss(supernet, train, progress), weights)
        _add(weights, step, -rate)
        direct, *ahead = torch.autograd.grad(self.loss(supernet, val, progress), [self.logits, *weights])
        _add(weights, step, rate)
        mixed = self._hessian_product(supernet, weights, ahead, train)
        return [direct - rate * mixed]

    def _hessian_product(
        self, supernet: Supernet, weights: Sequence[Tensor], vector: Sequence[Tensor], train: Batch
    ) -> Tensor:
        """The mixed second derivative of the training loss times `vector`, by a central difference."""
        size = _FINITE_STEP / float(torch.cat([part.flatten() for part in vector]).norm())
        sides = []
        for move in (size, -2 * size):
            _add(weights, vector, move)
            sides.append(torch.autograd.grad(self.loss(supernet, train, 0.0), [self.logits])[0])
        _add(weights, vector, size)
        return (sides[0] - sides[1]) / (2 * size)


@torch.no_grad()
def _add(weights: Sequence[Tensor], direction: Sequence[Tensor], factor: float) -> None:
    for weight, part in zip(weights, direction, strict=True):
        weight.add_(part, alpha=factor)
