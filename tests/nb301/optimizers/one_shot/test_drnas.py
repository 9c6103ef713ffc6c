"""DrNAS: draws from Dirichlet distributions."""

import pytest

torch = pytest.importorskip("torch")

from nb301.optimizers.one_shot import SPACES  # noqa: E402
from nb301.optimizers.one_shot.search import METHODS  # noqa: E402


def test_drnas_draws_from_the_simplex(small):
    """Draws are positive, sum to 1, and concentrate on the op with the largest logit."""
    drnas = METHODS["drnas"](SPACES["no_none"], small.generator())
    with torch.no_grad():
        drnas.logits[..., 3] = 50.0

    weights = drnas.mixture(0.0).ops

    assert (weights > 0).all()
    assert torch.allclose(weights.sum(-1), torch.ones(2, 14))
    assert weights[..., 3].mean() > 0.8
