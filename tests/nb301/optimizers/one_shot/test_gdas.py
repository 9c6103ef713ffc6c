"""GDAS: one op an edge, and where its gradients go."""

import pytest

torch = pytest.importorskip("torch")

from nb301.optimizers.one_shot import SPACES  # noqa: E402
from nb301.optimizers.one_shot.search import METHODS  # noqa: E402


def test_gdas_draws_one_op_an_edge(small):
    """Weights are one-hot at any temperature, and draws differ from step to step."""
    gdas = METHODS["gdas"](SPACES["darts"], small.generator())
    draws = [gdas.mixture(progress).ops for progress in (0.0, 0.5, 0.98)]

    for weights in draws:
        assert torch.equal(weights, (weights > 0.5).float())
        assert torch.equal(weights.sum(-1), torch.ones(2, 14))
    assert not torch.equal(draws[0], draws[1])


def test_gdas_passes_gradients_through_the_drawn_op_alone(small):
    """A loss that looks at ops that were not drawn moves nothing."""
    gdas = METHODS["gdas"](SPACES["darts"], small.generator())
    weights = gdas.mixture(0.9).ops

    (gradient,) = torch.autograd.grad((weights * (weights == 0)).sum(), gdas.logits, retain_graph=True)
    (drawn,) = torch.autograd.grad(weights.sum(), gdas.logits)

    assert (gradient == 0).all()
    assert (drawn != 0).any()
