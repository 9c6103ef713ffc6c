"""Random search with weight sharing: one genotype a step."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from nb301.optimizers.one_shot import SPACES  # noqa: E402
from nb301.optimizers.one_shot.random_ws import RandomWs, one_genotype  # noqa: E402
from nb301.space import FIRST_EDGE, sample  # noqa: E402


def test_random_ws_trains_one_genotype():
    """A mixture has the 16 edges of a genotype, and the network runs those only."""
    genotype = sample(np.random.default_rng(0))
    weights = one_genotype(genotype, SPACES["no_none"]).ops

    assert weights.sum().item() == 16
    found = {
        (cell, FIRST_EDGE[e.target] + e.source, int(e.op))
        for cell, part in enumerate((genotype.normal, genotype.reduce))
        for e in part.edges
    }
    assert found == {tuple(index.tolist()) for index in weights.nonzero()}


def test_random_ws_chooses_among_genotypes_by_their_loss(small, images):
    """The genotype of an epoch has the method's ops; equal seeds choose equally."""
    chosen = []
    for _ in range(2):
        method = RandomWs(SPACES["s2"], small.generator())
        chosen.append(method.choose(small.supernet(SPACES["s2"]), small.batch(images)))

    assert chosen[0] == chosen[1]
    assert {edge.op for edge in chosen[0].normal.edges} <= {*SPACES["s2"]}
    assert method.parameters == []
