"""What the weight-sharing methods share: architecture gradients."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from nb301.optimizers.one_shot import SPACES  # noqa: E402
from nb301.optimizers.one_shot.search import METHODS  # noqa: E402
from nb301.space import Op  # noqa: E402


@pytest.mark.parametrize("method", [name for name in METHODS if name != "random_ws"])
def test_architecture_gradients_flow(method, images, small):
    """The loss on the architecture half has a gradient for every edge of both cells."""
    searcher = METHODS[method](SPACES[METHODS[method].space], small.generator())
    supernet = small.supernet(searcher.ops, partial=searcher.partial)

    gradients = searcher.architecture_gradients(supernet, small.batch(images), small.batch(images), 0.5)

    assert len(gradients) == len(searcher.parameters)
    for gradient, parameter in zip(gradients, searcher.parameters, strict=True):
        assert gradient.shape == parameter.shape
        moved = gradient if gradient.dim() == 2 else gradient.abs().sum(-1)
        # GDAS passes no gradient where it drew `none`
        assert (moved != 0).float().mean() > (0.6 if method == "gdas" else 0.99)
    assert all(weight.grad is None for weight in supernet.parameters())


def test_discretises_the_strongest_ops(small, images):
    """The genotype of an epoch has the ops with the largest logits."""
    darts = METHODS["darts"](SPACES["darts"], small.generator())
    with torch.no_grad():
        darts.logits[..., SPACES["darts"].index(Op.skip_connect)] = 5.0

    genotype = darts.choose(small.supernet(), small.batch(images))

    assert genotype.normal.count(Op.skip_connect) == genotype.reduce.count(Op.skip_connect) == 8
    assert darts.strengths().sum(axis=2) == pytest.approx(np.ones((2, 14)))
