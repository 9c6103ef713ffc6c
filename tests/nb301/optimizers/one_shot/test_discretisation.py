"""From architecture weights to a genotype."""

import numpy as np
import pytest

from nb301.optimizers.one_shot import SPACES, ArchitectureWeightsError, discretise
from nb301.space import FIRST_EDGE, Cell, Op

NONE, SKIP, SEP3, DIL5 = 0, 1 + Op.skip_connect, 1 + Op.sep_conv_3x3, 1 + Op.dil_conv_5x5


def _weights(*strong):
    """Weights of a cell, 0.1 but for (source, target, column, weight)."""
    weights = np.full((14, 8), 0.1)
    for source, target, column, weight in strong:
        weights[FIRST_EDGE[target] + source, column] = weight
    return weights


def test_discretises_as_darts():
    """Each node keeps the two edges whose best op but none is strongest, with that op."""
    weights = _weights(
        (0, 2, SEP3, 0.3),
        (1, 2, SKIP, 0.2),
        (0, 3, NONE, 0.9),  # none is strongest, and never kept
        (1, 3, SEP3, 0.2),
        (2, 3, DIL5, 0.3),
        (0, 4, SEP3, 0.4),
        (0, 4, SKIP, 0.3),  # second best op of its edge: no edge of its own
        (3, 4, SKIP, 0.2),
        (1, 5, DIL5, 0.2),
        (2, 5, SEP3, 0.3),
        (4, 5, SKIP, 0.4),
    )

    cell = discretise(weights, weights).normal

    assert (
        Cell.from_edges(
            [
                (0, 2, "sep_conv_3x3"),
                (1, 2, "skip_connect"),
                (1, 3, "sep_conv_3x3"),
                (2, 3, "dil_conv_5x5"),
                (0, 4, "sep_conv_3x3"),
                (3, 4, "skip_connect"),
                (2, 5, "sep_conv_3x3"),
                (4, 5, "skip_connect"),
            ]
        )
        == cell
    )


def test_discretises_cells_apart(skips):
    """The first array is the normal cell, the second the reduction cell."""
    genotype = discretise(skips(8), skips(0))

    assert (genotype.normal.count(Op.skip_connect), genotype.reduce.count(Op.skip_connect)) == (8, 0)


def test_ties_go_to_the_first():
    """Equal weights keep the first sources and the first op."""
    genotype = discretise(np.ones((14, 2)), np.ones((14, 2)), SPACES["s2"])

    assert all(edge.source < 2 and edge.op is Op.skip_connect for edge in genotype.normal.edges)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones((8, 14)), r"normal cell: weights have shape \(8, 14\), expected \(14, 8\)"),
        (-np.ones((14, 8)), "after the softmax"),
        (np.full((14, 8), np.nan), "not finite"),
    ],
)
def test_refuses_other_weights(weights, message):
    """Transposed weights, logits and NaN are refused with what to pass."""
    with pytest.raises(ArchitectureWeightsError, match=message):
        discretise(weights, np.ones((14, 8)))
