"""One cell of a stack: where it stands, and what it computes for each network."""

from __future__ import annotations

import pytest
import torch

from nb301.space import NODES, Cell, Op
from nb301.training.networks.stacked_cell import Place, StackedCell

POOLED = Cell.from_edges((s, n, Op.max_pool_3x3) for n in NODES for s in (0, 1))
SKIPPED = Cell.from_edges((s, n, Op.skip_connect) for n in NODES for s in (0, 1))


@pytest.mark.parametrize(("reduces", "height", "out"), [(False, 7, 7), (True, 8, 4), (True, 7, 4)])
def test_a_place_knows_its_phases(reduces, height, out):
    """Only edges from the inputs of a reduction cell have stride 2; all others have the nodes' height."""
    place = Place("cells.1", 4, 4, 2, height, reduces, reduced=False)
    first, second = place.phase(0), place.phase(1)
    assert place.height_out == first.height_out == second.height_out == out
    assert (first.stride, second.stride) == (2 if reduces else 1, 1)
    assert (first.height, second.height) == (height, out)


@pytest.mark.parametrize("reduces", [False, True])
def test_each_network_has_its_four_nodes(reduces):
    """Nodes of skip connections are the sum of both inputs; reduction halves the height."""
    views = [{}, {}]
    cell = StackedCell([SKIPPED, POOLED], Place("cells.0", 3, 3, 2, 4, reduces, reduced=False), views)
    for parameter in cell.parameters():
        torch.nn.init.constant_(parameter, 0.5)
    x = torch.rand(2, 3, 16, 5, generator=torch.Generator().manual_seed(0))
    nodes = cell(x, x, None)
    assert nodes.shape == (2, 8, 4 if reduces else 16, 5)
    assert {"cells.0.inputs.0.convolution.weight", "cells.0.inputs.1.norm.running_var"} <= {*views[1]}
    assert torch.equal(nodes[:, :2], nodes[:, 2:4])
    if not reduces:
        inputs = cell.before(x)[0] + cell.last(x)[0]
        torch.testing.assert_close(nodes[0, :2], inputs)
