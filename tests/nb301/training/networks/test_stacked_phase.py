"""One phase: edges read their sources' rows, and add into their targets'."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from nb301.space import Edge, Op
from nb301.training.networks.stacked_phase import Phase, PhaseShape
from nb301.training.networks.stacked_plan import Term

SHAPE = PhaseShape("cells.0", channels=2, height=4, stride=1)


def term(network, number, op, source, target):
    return Term(network, number, Edge(0, 2, op), source, 1, target)


def source(rows=3):
    x = torch.randn(rows, 2, 16, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return x.requires_grad_()


def test_skips_and_pools_are_added_into_their_targets():
    """Two edges of one target are summed, other rows stay 0; gradients come back to the sources' rows."""
    x = source()
    phase = Phase(
        [term(0, 0, Op.skip_connect, 0, 1), term(0, 1, Op.max_pool_3x3, 2, 1)], SHAPE, [{}, {}]
    ).double()
    sums = [torch.zeros(2, 2, 16, 5, dtype=torch.float64)]
    phase(x, sums, None)
    image = x[2].view(2, 4, 4, 5).permute(3, 0, 1, 2)
    pooled = functional.max_pool2d(image, 3, 1, padding=1).permute(1, 2, 3, 0).reshape(2, 16, 5)
    torch.testing.assert_close(sums[0][1], x[0] + pooled)
    assert not sums[0][0].any()
    sums[0].sum().backward()
    torch.testing.assert_close(x.grad[0], torch.ones_like(x[0]))
    assert not x.grad[1].any()
    assert x.grad[2].sum().item() == pytest.approx(2 * 16 * 5)


def test_drop_path_spares_skip_connections():
    """Edges of other ops are multiplied by their network's and their own number's factor."""
    phase = Phase([term(0, 3, Op.avg_pool_3x3, 0, 0), term(1, 4, Op.skip_connect, 1, 1)], SHAPE, [{}, {}])
    x = torch.ones(2, 2, 16, 5)
    factors = torch.zeros(2, 8, 5)
    factors[0, 3] = 2.0
    sums = [torch.zeros(2, 2, 16, 5)]
    phase(x, sums, factors)
    assert (sums[0][0] == 2).all()
    assert (sums[0][1] == 1).all()


@pytest.mark.parametrize("op", [Op.sep_conv_3x3, Op.dil_conv_5x5])
def test_convolutions_enter_their_weights_by_name(op):
    """Each network finds its weights under the names of `Network`; stride 2 halves the height."""
    views = [{}, {}]
    shape = SHAPE._replace(stride=2)
    phase = Phase([term(1, 6, op, 0, 0), term(0, 2, op, 1, 1)], shape, views)
    units = 2 if op is Op.sep_conv_3x3 else 1
    assert shape.height_out == 2
    for view, number in zip(views, (2, 6), strict=True):
        depthwise = {name for name in view if name.endswith("depthwise.weight")}
        assert depthwise == {f"cells.0.ops.{number}.{unit}.depthwise.weight" for unit in range(units)}
    for parameter in phase.parameters():
        torch.nn.init.normal_(parameter, generator=torch.Generator().manual_seed(1))
    sums = [torch.zeros(2, 2, 4, 5)]
    phase(source(2).float(), sums, None)
    assert (sums[0].abs().sum(dim=(1, 2, 3)) > 0).all()
