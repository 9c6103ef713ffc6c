"""Trees that hypothesis draws, for what evaluates large trees."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from nb301.surrogates.members.trees import Trees

FEATURES = 5


def grow(rng, depth):
    """A random tree: feature, threshold, left, right and value of each node, in any order behind the root."""
    nodes = [[0, 0.0, -1, -1, 0.0]]
    growing = [(0, 0)]
    while growing:
        node, level = growing.pop(int(rng.integers(len(growing))))
        if level == depth or rng.random() < 0.15 * level:
            nodes[node][4] = rng.normal()
            continue
        nodes[node] = [rng.integers(FEATURES), rng.integers(8) - 0.5, len(nodes), len(nodes) + 1, 0.0]
        if rng.random() < 0.5:
            nodes[node][2:4] = nodes[node][3:1:-1]
        for _ in range(2):
            growing.append((len(nodes), level + 1))
            nodes.append([0, 0.0, -1, -1, 0.0])
    return nodes


def forest(seed, trees, depth):
    """A member's trees."""
    rng = np.random.default_rng(seed)
    grown = [np.array(grow(rng, rng.integers(depth + 1))) for _ in range(trees)]
    feature, threshold, left, right, value = np.concatenate(grown).T
    return Trees(
        sizes=np.array([*map(len, grown)]),
        feature=feature.astype(np.int64),
        threshold=threshold.astype(np.float32),
        left=left.astype(np.int64),
        right=right.astype(np.int64),
        value=value.astype(np.float32),
    )


st.register_type_strategy(
    Trees, st.builds(forest, st.integers(0, 2**32), st.integers(1, 40), st.integers(0, 9))
)
