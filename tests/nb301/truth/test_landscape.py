"""The linear description against its features, counted one by one as landscape.toml defines them."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301.places import LANDSCAPE
from nb301.space import Genotype, Op, to_codes
from nb301.truth import landscape

WEIGHTS = tomllib.loads(LANDSCAPE.read_text(encoding="utf-8"))
POOLS = (Op.max_pool_3x3, Op.avg_pool_3x3)
SEPARABLE = (Op.sep_conv_3x3, Op.sep_conv_5x5)
CONVOLUTIONS = (*SEPARABLE, Op.dil_conv_3x3, Op.dil_conv_5x5)


def paths_to(cell, node):
    if node < 2:
        return [()]
    edges = [edge for edge in cell.edges if edge.target == node]
    return [(*path, edge.op) for edge in edges for path in paths_to(cell, edge.source)]


def mean(values):
    values = [*values]
    return sum(values) / len(values)


def features(cell):
    """What the comments of landscape.toml say, feature by feature."""
    edges = cell.edges
    paths = [path for node in (2, 3, 4, 5) for path in paths_to(cell, node)]
    count = {op.name: cell.count(op) for op in Op}

    def among(path, ops):
        return sum(op in ops for op in path)

    return {
        "count": count,
        "at0": {op.name: sum(e.op is op and e.source == 0 for e in edges) for op in Op},
        "at1": {op.name: sum(e.op is op and e.source == 1 for e in edges) for op in Op},
        "depth": cell.depth,
        "from_inputs": sum(e.source < 2 for e in edges),
        "from_input0": sum(e.source == 0 for e in edges),
        "skip_squared": count["skip_connect"] ** 2,
        "pool_squared": (count["max_pool_3x3"] + count["avg_pool_3x3"]) ** 2,
        "loose_ends": sum(all(e.source != node for e in edges) for node in (2, 3, 4)),
        "paths": len(paths),
        "paths_parameter_free": sum(among(path, CONVOLUTIONS) == 0 for path in paths),
        "paths_skip_only": sum(set(path) == {Op.skip_connect} for path in paths),
        "mean_separable": mean(among(path, SEPARABLE) for path in paths),
        "mean_convolutions": mean(among(path, CONVOLUTIONS) for path in paths),
        "max_convolutions": max(among(path, CONVOLUTIONS) for path in paths),
        "mean_length": mean(len(path) for path in paths),
        "share_max_pool": mean(Op.max_pool_3x3 in path for path in paths),
        "share_avg_pool": mean(Op.avg_pool_3x3 in path for path in paths),
    }


@given(st.from_type(Genotype))
def test_is_the_weighted_sum_of_its_features(genotype):
    """Accuracy is the intercept plus weight times feature, over both cells and all features."""
    expected = WEIGHTS["intercept"]
    for name in ("normal", "reduce"):
        found = features(getattr(genotype, name))
        assert set(found) == set(WEIGHTS[name])
        for feature, value in found.items():
            weight = WEIGHTS[name][feature]
            if isinstance(value, dict):
                expected += sum(weight[op] * n for op, n in value.items())
            else:
                expected += weight * value
    assert landscape.linear_accuracy(to_codes([genotype]))[0] == pytest.approx(expected, abs=1e-9)
