"""The linear description of the published surrogate's accuracy landscape on CIFAR-10.

Weights and features are in landscape.toml: a ridge regression on published predictions of
NB301-XGB-v1.0 for architectures drawn uniformly, R2 0.888 on those left out of the fit.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301 import exact
from nb301.encodings import path_ops, paths
from nb301.places import LANDSCAPE
from nb301.space import CELL_NAMES, Op

_POOLS = [Op.max_pool_3x3, Op.avg_pool_3x3]
_SEPARABLE = [Op.sep_conv_3x3, Op.sep_conv_5x5]
_CONVOLUTIONS = [*_SEPARABLE, Op.dil_conv_3x3, Op.dil_conv_5x5]


def linear_accuracy(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Validation accuracy in percent by the linear description.

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Percent, shape (n,).
    """
    weights = _weights()
    accuracy = np.full(len(codes), float(weights["intercept"]))
    all_paths = paths(codes).reshape(len(codes), 2, -1)
    for cell, name in enumerate(CELL_NAMES):
        features = {**_edge_features(codes[:, cell]), **_path_features(all_paths[:, cell])}
        for feature, values in features.items():
            weight = weights[name][feature]
            if isinstance(weight, dict):
                # not `@`: a matrix product's last digit depends on the processor
                accuracy += exact.total(values * [weight[op.name] for op in Op])
            else:
                accuracy += weight * values
    return accuracy


def _edge_features(edges: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    """Features of a cell's edges; (n, 7) for those that are counted by op, else (n,)."""
    sources, ops = edges[..., 0], edges[..., 1]
    is_op = ops[..., None] == np.arange(len(Op))
    count = is_op.sum(axis=1)
    return {
        "count": count,
        "at0": (is_op & (sources == 0)[..., None]).sum(axis=1),
        "at1": (is_op & (sources == 1)[..., None]).sum(axis=1),
        "from_inputs": (sources < 2).sum(axis=1),
        "from_input0": (sources == 0).sum(axis=1),
        "skip_squared": count[:, Op.skip_connect] ** 2,
        "pool_squared": count[:, _POOLS].sum(axis=1) ** 2,
        "loose_ends": sum((sources != node).all(axis=1).astype(int) for node in (2, 3, 4)),
    }


def _path_features(numbers: NDArray[np.int16]) -> dict[str, NDArray[Any]]:
    """Features of all paths of a cell, shape (n,), from their numbers, shape (n, paths)."""
    on_path = path_ops()
    length = on_path.sum(axis=1)
    separable, convolutions = on_path[:, _SEPARABLE].sum(axis=1), on_path[:, _CONVOLUTIONS].sum(axis=1)
    exists = numbers > 0
    path = np.where(exists, numbers, 0)  # number 0 is the empty path: it adds nothing below
    number = exists.sum(axis=1)
    return {
        "depth": length[path].max(axis=1),
        "paths": number,
        "paths_parameter_free": (exists & (convolutions == 0)[path]).sum(axis=1),
        "paths_skip_only": (exists & (on_path[:, Op.skip_connect] == length)[path]).sum(axis=1),
        "mean_separable": separable[path].sum(axis=1) / number,
        "mean_convolutions": convolutions[path].sum(axis=1) / number,
        "max_convolutions": convolutions[path].max(axis=1),
        "mean_length": length[path].sum(axis=1) / number,
        "share_max_pool": (on_path[:, Op.max_pool_3x3] > 0)[path].sum(axis=1) / number,
        "share_avg_pool": (on_path[:, Op.avg_pool_3x3] > 0)[path].sum(axis=1) / number,
    }


@cache
def _weights() -> dict[str, Any]:
    return tomllib.loads(LANDSCAPE.read_text(encoding="utf-8"))
