"""The supernet: its stacked ops, its partial channels, its shapes."""

import pytest

torch = pytest.importorskip("torch")
functional = torch.nn.functional

from nb301.optimizers.one_shot import SPACES  # noqa: E402
from nb301.optimizers.one_shot.network import Mixture  # noqa: E402


def test_stacked_edges_are_the_sum_of_ops(small):
    """The stacked, fused ops of an edge give the sum of DARTS' own ops, each computed on its own."""
    edges = small.supernet().cells[0].sources[4]
    x = torch.randn(6, 4, 8, 8, generator=small.generator(1))
    weights = torch.rand(8, generator=small.generator(2))
    mixture = Mixture(weights.expand(2, 14, 8), torch.ones(2, 14))

    (mixed,) = edges(x, mixture, 0)

    assert torch.allclose(mixed, _darts_ops(edges, x, weights), atol=1e-4)


def _darts_ops(edges, x, weights):
    def norm(y):
        return functional.batch_norm(y, None, None, training=True)

    def convolved(stack, y):
        y = functional.relu(y)
        y = functional.conv2d(y, stack.depthwise, None, 1, stack.padding, stack.dilation, groups=4)
        return norm(functional.conv2d(y, stack.pointwise))

    total = weights[1] * norm(functional.max_pool2d(x, 3, 1, 1))
    total = total + weights[2] * norm(functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False))
    total = total + weights[3] * x
    for number, stack in enumerate(edges.stacks):
        y = convolved(stack, x)
        y = convolved(edges.repeats[number], y) if number < 2 else y
        total = total + weights[4 + number] * y
    return total


def test_pc_darts_mixes_a_quarter_of_the_channels(small):
    """Without ops the other three quarters pass through, weighted by their edge."""
    edges = small.supernet(partial=4, channels=8).cells[0].sources[4]
    x = torch.randn(2, 8, 8, 8, generator=small.generator(1))
    mixture = Mixture(torch.zeros(2, 14, 8), torch.full((2, 14), 0.25))

    (output,) = edges(x, mixture, 0)

    # channels are shuffled so that every fourth has been mixed
    mixed, passed = output[:, ::4], output.unflatten(1, (2, 4))[:, :, 1:]
    assert (mixed == 0).all()
    assert torch.allclose(passed, 0.25 * x[:, 2:].unflatten(1, (3, 2)).transpose(1, 2))


@pytest.mark.parametrize(("space", "cells"), [("darts", "nr"), ("s2", "rn"), ("no_none", "nrnr")])
def test_supernet_shapes(space, cells, small):
    """Any order of cells and any ops give finite logits and gradients for every weight."""
    ops = SPACES[space]
    supernet = small.supernet(ops, cells)

    logits = supernet(torch.randn(3, 1, 8, 8, generator=small.generator(1)), small.even(ops))

    assert logits.shape == (3, 4)
    gradients = torch.autograd.grad(logits.square().sum(), list(supernet.parameters()))
    assert all(gradient.isfinite().all() for gradient in gradients)
