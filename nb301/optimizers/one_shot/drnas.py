"""DrNAS (Chen et al., 2020): op weights drawn from Dirichlet distributions that are learned."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from nb301.optimizers.one_shot.method import Method, Rates, unit_edges
from nb301.optimizers.one_shot.network import Mixture

# Keeps draws of tiny concentrations from being 0 of 0.
_SMALLEST = 1e-6


class DrNas(Method):
    """Each step draws every edge's op weights from its Dirichlet distribution.

    The published progressive scheme (half of the search on a sixth of the channels, then fewer ops
    on more channels) saves the memory of large supernets and is left out. As published, there is no
    `none`, and the logits' weight decay pulls the concentrations towards 1.
    """

    space = "no_none"
    rates = Rates(weights=0.1, architecture=6e-4, warm_up=10)

    @property
    def concentrations(self) -> Tensor:
        """Of the Dirichlet distributions, positive, shape (2, 14, ops)."""
        return functional.elu(self.logits) + 1

    def mixture(self, progress: float) -> Mixture:  # noqa: ARG002
        """A draw through which gradients flow: normalised gamma draws."""
        # torch.distributions cannot draw from a passed generator
        gamma = torch._standard_gamma(self.concentrations, self.generator)  # noqa: SLF001
        gamma = gamma.clamp_min(_SMALLEST)
        return Mixture(gamma / gamma.sum(dim=-1, keepdim=True), unit_edges())
