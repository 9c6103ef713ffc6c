"""GDAS (Dong & Yang, 2019): one op an edge, drawn by Gumbel-softmax, with straight-through gradients."""

from __future__ import annotations

import torch
from torch import Tensor

from nb301.optimizers.one_shot.method import Method, Rates, unit_edges
from nb301.optimizers.one_shot.network import Mixture

# Temperature of the softmax, falling linearly over the search, as published.
_HOTTEST, _COLDEST = 10.0, 0.1


class Gdas(Method):
    """Each step runs exactly one op on every edge; the soft draw serves gradients only."""

    rates = Rates(weights=0.025, architecture=3e-4)

    def mixture(self, progress: float) -> Mixture:
        """One-hot weights; through the chosen op flows the gradient of its soft weight."""
        uniform = torch.rand(self.logits.shape, generator=self.generator)
        gumbel = -torch.log(-torch.log(uniform.clamp(1e-10, 1 - 1e-7)))
        temperature = _HOTTEST + (_COLDEST - _HOTTEST) * progress
        soft = ((self.logits.log_softmax(dim=-1) + gumbel) / temperature).softmax(dim=-1)
        return Mixture(_straight_through(soft), unit_edges())


def _straight_through(soft: Tensor) -> Tensor:
    """One-hot at the largest entry of the last dimension, with the gradient of that entry."""
    hard = torch.zeros_like(soft).scatter(-1, soft.argmax(dim=-1, keepdim=True), 1.0)
    # ops that were not drawn are not run in GDAS, so they pass no gradient
    return hard + hard * (soft - soft.detach())
