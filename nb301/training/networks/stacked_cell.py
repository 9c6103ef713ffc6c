"""One cell of all networks of a stack: its inputs' convolutions, then its edges phase by phase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from nb301.space import NODES, Cell
from nb301.training.networks.stacked_layers import PointwiseNorm, StackedFactorizedReduce, Views
from nb301.training.networks.stacked_phase import Phase, PhaseShape
from nb301.training.networks.stacked_plan import Plan


class Place(NamedTuple):
    """Where a cell stands in the stack."""

    #: Name of the cell's module in `Network`.
    name: str
    channels_before: int
    channels_last: int
    channels: int
    #: Height of its last input, pixels.
    height: int
    #: Whether this cell halves the height.
    reduces: bool
    #: Whether the cell before does.
    reduced: bool

    @property
    def height_out(self) -> int:
        """Height of its nodes, pixels."""
        return (self.height + 1) // 2 if self.reduces else self.height

    def phase(self, depth: int) -> PhaseShape:
        """The shape of the phase whose sources have a depth."""
        if depth == 0:
            return PhaseShape(self.name, self.channels, self.height, stride=2 if self.reduces else 1)
        return PhaseShape(self.name, self.channels, self.height_out, stride=1)


class StackedCell(nn.Module):
    """One cell of all networks.

    Args:
        cells: One of each network.
        place: Where they stand.
        views: Where the networks' weights are entered.
    """

    def __init__(self, cells: Sequence[Cell], place: Place, views: Views) -> None:
        super().__init__()
        networks, plan = range(len(cells)), Plan(cells)
        self.channels, self.height_out = place.channels, place.height_out
        first = StackedFactorizedReduce if place.reduced else PointwiseNorm
        self.before = first(len(cells), place.channels_before, place.channels)
        self.before.bind(views, networks, *_names(f"{place.name}.inputs.0", halved=place.reduced))
        self.last = PointwiseNorm(len(cells), place.channels_last, place.channels)
        self.last.bind(views, networks, *_names(f"{place.name}.inputs.1", halved=False))
        self.phases = nn.ModuleList()
        for depth, terms in enumerate(plan.phases):
            self.phases.append(Phase(terms, place.phase(depth), views))
        self.counts = [*map(len, plan.nodes)]
        self.register_buffer("order", torch.tensor(plan.order), persistent=False)
        self.order: Tensor

    def forward(self, before: Tensor, last: Tensor, drop_path: Tensor | None) -> Tensor:
        """Inputs after a ReLU to the four nodes, shape (networks, 4 * channels, pixels, images)."""
        inputs = torch.cat([self.before(before), self.last(last)])
        pixels, images = self.height_out**2, inputs.shape[-1]
        sums = [inputs.new_zeros(count, self.channels, pixels, images) for count in self.counts[1:]]
        source = inputs
        for depth, phase in enumerate(self.phases):
            if self.counts[depth]:
                phase(source, sums, drop_path)
            source = sums[depth]
        nodes = torch.cat(sums).index_select(0, self.order)
        return nodes.view(-1, len(NODES) * self.channels, pixels, images)


def _names(name: str, *, halved: bool) -> tuple[list[str], str]:
    """Names of a cell input's convolutions and batch norm."""
    convolutions = [f"{name}.even", f"{name}.odd"] if halved else [f"{name}.convolution"]
    return convolutions, f"{name}.norm"
