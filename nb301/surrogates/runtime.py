"""The runtime model: LightGBM on the vector encoding, raw seconds (Section 4.4, Appendix D.4)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nb301 import exact
from nb301.columns import read_only
from nb301.encodings import (
    CONFIGURATIONS,
    UNSET,
    VECTOR_RANGE,
    VECTOR_SLOTS,
    configuration_vectors,
    configurations,
)
from nb301.errors import ReleaseError
from nb301.surrogates.families.lgb import fit_text, read_trees
from nb301.surrogates.members.base import Examples, Hyperparameters
from nb301.surrogates.members.trees import Trees

if TYPE_CHECKING:
    from nb301.tables.schema import EvaluationTable
    from nb301.tables.splits import Split

FILE = "runtime.txt"

#: Source of the rows that it is fitted on, where there are any (Appendix D.4).
SOURCE = "de"

#: Trees of depth 1, as the official model's (official_facts F18): runtimes are additive in the edges.
#: Rate 0.5 instead of 0.0895 reaches with 3,000 rounds what that reaches with 20,000.
HYPERPARAMETERS: Hyperparameters = MappingProxyType(
    {"num_leaves": 2, "learning_rate": 0.5, "min_data_in_leaf": 20}
)
_ROUNDS = 3000


def fit(table: EvaluationTable, split: Split, seed: int) -> dict[str, bytes]:
    """Fit on the training rows, stop early on the validation rows; on DE's alone where both have some.

    The paper's runs of other optimizers were on different machines, so that it takes DE's alone.

    Returns:
        `runtime.txt`: LightGBM's own text.
    """
    is_source = (table.rows["optimizer"] == SOURCE).to_numpy()
    alone = bool(is_source[split.train].any() and is_source[split.val].any())
    seconds = table.rows["runtime"].to_numpy(dtype=np.float64)

    def part(rows: NDArray[np.intp]) -> Examples:
        rows = rows[is_source[rows]] if alone else rows
        return Examples(table.codes[rows], seconds[rows])

    return {FILE: fit_text(part(split.train), part(split.val), seed, HYPERPARAMETERS, _ROUNDS)}


class RuntimeModel:
    """Predicts the seconds of one training.

    Trees of depth 1 add up slot by slot of the vector, and so node by node of the cells: the model is
    a table of seconds by node configuration. Summed in that order, not tree by tree, predictions equal
    LightGBM's to 1e-12.

    Args:
        files: What `fit` returned.

    Raises:
        ReleaseError: It is no such file, or a tree is deeper.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        try:
            trees = read_trees(files[FILE].decode())
        except (ReleaseError, ValueError) as error:
            raise ReleaseError(f"{FILE}: {error}") from None
        #: Seconds that each node configuration adds, shape (1960,).
        self.seconds = read_only(_seconds_by_configuration(trees))

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict simulated seconds, shape (n,), of canonical genotypes as `space.to_codes` packs them."""
        return exact.total(self.seconds.take(configurations(codes)))


def _seconds_by_configuration(trees: Trees) -> NDArray[np.float64]:
    """Seconds that each node configuration adds, shape (1960,); trees without a split are spread evenly."""
    if trees.sizes.max() > 3:
        raise ReleaseError(f"{FILE}: a tree has {(trees.sizes.max() + 1) // 2} leaves, expected at most 2")
    if trees.feature.max() >= len(VECTOR_SLOTS):
        raise ReleaseError(f"{FILE}: a tree tests feature {trees.feature.max()}, no slot of the vector")
    roots = np.cumsum(trees.sizes) - trees.sizes
    stumps, constants = roots[trees.sizes == 3], roots[trees.sizes == 1]
    below = trees.value[stumps + trees.left[stumps]]
    above = trees.value[stumps + trees.right[stumps]]
    values = np.arange(VECTOR_RANGE[0], VECTOR_RANGE[1] + 1)
    by_value = np.zeros((len(VECTOR_SLOTS), len(values)))
    added = np.where(values < trees.threshold[stumps, None], below[:, None], above[:, None])
    np.add.at(by_value, trees.feature[stumps], added)
    vectors = configuration_vectors()
    seconds = np.full(len(vectors), exact.total(trees.value[constants]) / len(CONFIGURATIONS))
    for slot, value in zip(by_value, vectors.T, strict=True):
        is_set = value != UNSET
        seconds[is_set] += slot[value[is_set] - VECTOR_RANGE[0]]
    return seconds
