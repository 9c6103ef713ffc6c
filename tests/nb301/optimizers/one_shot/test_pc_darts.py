"""PC-DARTS: its edge weights."""

import pytest

torch = pytest.importorskip("torch")

from nb301.optimizers.one_shot import SPACES  # noqa: E402
from nb301.optimizers.one_shot.search import METHODS  # noqa: E402
from nb301.space import FIRST_EDGE  # noqa: E402


def test_pc_darts_normalises_edges(small):
    """The weights of the edges into a node sum to 1."""
    mixture = METHODS["pc_darts"](SPACES["darts"], small.generator()).mixture(0.0)

    sums = [mixture.edges[:, first : first + node].sum(1) for node, first in FIRST_EDGE.items()]
    assert torch.allclose(torch.stack(sums), torch.ones(4, 2))


def test_pc_darts_discretises_ops_times_edges(small):
    """An edge's ops are as strong as their own weights times the edge's."""
    method = METHODS["pc_darts"](SPACES["darts"], small.generator())
    with torch.no_grad():
        method.edge_logits[0, 1] = 3.0

    strengths = method.strengths()

    mixture = method.mixture(0.0)
    expected = (mixture.ops * mixture.edges[..., None]).detach().numpy()
    assert strengths == pytest.approx(expected, rel=1e-6)
    assert strengths[0, 1].sum() > 0.9
