"""The runtime model: LightGBM on the vector encoding, raw seconds (Section 4.4, Appendix D.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nb301.encodings import VECTOR_RANGE, VECTOR_SLOTS, vector
from nb301.space import to_codes
from nb301.surrogates.trees import BoostedTrees, Tree
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import Split

FILE = "runtime.txt"

#: Trees of depth 1, as the official model's (official_facts F18): runtimes are additive in the edges.
#: Rate 0.5 instead of 0.0895 reaches with 3,000 rounds what that reaches with 20,000.
HYPERPARAMETERS: Mapping[str, float | int | str | bool] = MappingProxyType(
    {
        "objective": "regression",
        "num_leaves": 2,
        "learning_rate": 0.5,
        "min_data_in_leaf": 20,
        "num_threads": 1,
        "deterministic": True,
        "verbose": -1,
    }
)
_ROUNDS, _EARLY_STOPPING = 3000, 100


def fit(table: EvaluationTable, split: Split, seed: int) -> dict[str, bytes]:
    """Fit on the training rows, stopped early on the validation rows.

    Returns:
        `runtime.txt`: LightGBM's own text.
    """
    import lightgbm

    features = vector(to_codes(table.genotypes)).astype(np.float64)
    seconds = table.rows["runtime"].to_numpy()
    parameters = {**HYPERPARAMETERS, "seed": seed}
    train = lightgbm.Dataset(features[split.train], seconds[split.train], params=dict(parameters))
    stop = lightgbm.Dataset(features[split.val], seconds[split.val], reference=train)
    booster = lightgbm.train(
        parameters,
        train,
        _ROUNDS,
        valid_sets=[stop],
        callbacks=[lightgbm.early_stopping(_EARLY_STOPPING, verbose=False)],
    )
    return {FILE: booster.model_to_string(num_iteration=booster.best_iteration).encode()}


class RuntimeModel:
    """Predicts the seconds of one training.

    Args:
        files: What `fit` returned.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        trees = list(_read_trees(files[FILE].decode()))
        # LightGBM folds the mean into its first tree, so the base is zero
        self._trees = BoostedTrees([trees], [0.0], len(VECTOR_SLOTS), VECTOR_RANGE, np.float64)

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict simulated seconds, shape (n,), of canonical genotypes as `space.to_codes` packs them."""
        (seconds,) = self._trees.predict(vector(codes))
        return np.asarray(seconds)


def _read_trees(text: str) -> Iterator[Tree]:
    """Read the trees of LightGBM's text format; their leaves become nodes behind the inner nodes."""
    for block in text.split("\nTree=")[1:]:
        entries = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)

        def numbers(key: str, entries: Mapping[str, str] = entries) -> NDArray[np.float64]:
            return np.array(entries.get(key, "").split(), dtype=np.float64)

        leaves, inner = numbers("leaf_value"), int(entries["num_leaves"]) - 1
        ends, zeros = np.full(len(leaves), -1), np.zeros(len(leaves))
        # a child below zero is the leaf -child - 1
        left, right = (
            np.where(child < 0, inner - child - 1, child).astype(np.int64)
            for child in (numbers("left_child"), numbers("right_child"))
        )
        yield Tree(
            feature=np.append(numbers("split_feature").astype(np.int64), ends),
            # LightGBM sends `<=` left, so on integers `<` the next above the threshold
            threshold=np.append(np.floor(numbers("threshold")) + 1, zeros),
            left=np.append(left, ends),
            right=np.append(right, ends),
            value=np.append(np.zeros(inner), leaves),
        )
