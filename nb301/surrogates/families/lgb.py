"""LightGBM (Ke et al., 2017) on the vector encoding, with counts of ops or without; and the runtime model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.extras import require
from nb301.surrogates.members.base import (
    BOOSTED_TREES,
    Domain,
    Examples,
    Family,
    Hyperparameters,
    Range,
    Report,
    read_members,
)
from nb301.surrogates.members.lightgbm_text import read_nodes
from nb301.surrogates.members.trees import FEATURES, MOST_LEAVES, Trees, checked, features
from nb301.surrogates.members.vector_trees import VectorTrees

#: As few trees as are accurate, see `xgb.HYPERPARAMETERS`; by the same measure:
#:   these                                  0.61 MB  0.919 0.822 | 0.930 0.835
#:   8 leaves, 800 rounds at 0.3            0.71 MB  0.923 0.821 | 0.933 0.835
#:   16 leaves, 400 rounds at 0.2           0.64 MB  0.921 0.823 | 0.930 0.835
#:   64 leaves, 150 rounds at 0.2           0.87 MB  0.918 0.819 | 0.930 0.834
#: On a smaller trial table Table 7's own values, 10,157 rounds and 39.6 MB, reached in R2 and sKT 0.911 and
#: 0.811, where 0.7 MB reached 0.893 and 0.791.
HYPERPARAMETERS: Hyperparameters = MappingProxyType(
    {
        "num_leaves": 32,
        "max_depth": -1,
        "max_bin": 336,  # Table 7
        "feature_fraction": 0.5,
        "min_child_weight": 0.001,
        "lambda_l1": 0.0,
        "lambda_l2": 1.0,
        "learning_rate": 0.2,
        "num_iterations": 200,
        "op_counts": False,  # see `xgb.HYPERPARAMETERS`
    }
)
#: Table 7; more than 64 leaves do not fit into a word of `trees.BoostedTrees`.
SEARCH_SPACE: Mapping[str, Domain] = MappingProxyType(
    {
        "num_leaves": Range(10, 64),
        "max_depth": Range(1, 25),
        "max_bin": Range(100, 400),
        "feature_fraction": Range(0.1, 1.0),
        "min_child_weight": Range(0.001, 10.0, log=True),
        "lambda_l1": Range(0.001, 1000.0, log=True),
        "lambda_l2": Range(0.001, 1000.0, log=True),
        "learning_rate": Range(0.001, 0.1, log=True),
        "op_counts": (False, True),  # not there
    }
)
_FIXED = {
    "objective": "regression",
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "verbose": -1,
}
_ROUNDS, _EARLY_STOPPING = 30_000, 100  # official_facts F15


def fit(
    train: Examples,
    stop: Examples,
    seed: int,
    hyperparameters: Hyperparameters,
    report: Report | None = None,
) -> bytes:
    """Fit one member to percent (F15), and keep its best iteration.

    Returns:
        LightGBM's own text.

    Raises:
        ValueError: LightGBM refuses the rows or a hyperparameter.
    """
    settings = dict(hyperparameters)
    rounds = int(settings.pop("num_iterations", _ROUNDS))
    return fit_text(_in_percent(train), _in_percent(stop), seed, settings, rounds, report)


def _in_percent(examples: Examples) -> Examples:
    return replace(examples, target=examples.target * 100)


def fit_text(
    train: Examples,
    stop: Examples,
    seed: int,
    hyperparameters: Hyperparameters,
    rounds: int,
    report: Report | None = None,
) -> bytes:
    """Fit to targets in a unit of their own; returns LightGBM's own text."""
    require("lightgbm", "fit")
    import lightgbm

    parameters = {**_FIXED, **hyperparameters, "seed": seed}
    counts = bool(parameters.pop("op_counts", False))
    matrix, stop_matrix = (
        features(examples.codes, counts=counts).astype(np.float64) for examples in (train, stop)
    )
    data = lightgbm.Dataset(matrix, train.target, params=dict(parameters))
    stop_data = lightgbm.Dataset(stop_matrix, stop.target, reference=data)
    callbacks = [lightgbm.early_stopping(_EARLY_STOPPING, verbose=False)]
    if report is not None:
        callbacks.append(_reporting(report))
    try:
        booster = lightgbm.train(
            parameters,
            data,
            rounds,
            valid_sets=[stop_data],
            callbacks=callbacks,
        )
    except lightgbm.basic.LightGBMError as error:
        raise ValueError(f"LightGBM: {error}") from error
    return booster.model_to_string(num_iteration=booster.best_iteration).encode()  # type: ignore[no-any-return]


def read_trees(text: str) -> Trees:
    """Read the trees of LightGBM's text format; their leaves become nodes behind the inner nodes.

    Raises:
        ValueError: It is no such text, or holds what no fit here makes, such as splits by category.
        ReleaseError: Its nodes do not make up trees, see `trees.checked`.
    """
    trees = read_nodes(text, n_features=FEATURES, most_leaves=MOST_LEAVES)
    # LightGBM sends `<=` left, so on integers `<` the next above the threshold
    threshold = np.where(trees.left < 0, 0, np.floor(trees.threshold) + 1)
    return checked(replace(trees, threshold=threshold), n_features=FEATURES)


class LGBSurrogate:
    """The members' trees, evaluated together.

    Args:
        files: The members' files, as `fit` returned them.

    Raises:
        ReleaseError: A file is no such model.
    """

    def __init__(self, files: Sequence[bytes]) -> None:
        # LightGBM folds the mean into its first tree, so the bases are zero
        members = read_members(files, lambda data: read_trees(data.decode()))
        self._trees = VectorTrees(members, [0.0] * len(files), np.float64)

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict every member, fractions, shape (members, n); see `base.Surrogate`."""
        return self._trees.predict(codes) / 100


def _reporting(report: Report) -> Any:
    """A callback of LightGBM's that reports each round's mean squared error, percent squared."""

    def callback(environment: Any) -> None:
        report(environment.iteration + 1, environment.evaluation_result_list[0][2])

    return callback


FAMILY = Family(
    name="lgb",
    label="LightGBM",
    conflicts=BOOSTED_TREES,
    paper_name="lgb",
    fit=fit,
    load=LGBSurrogate,
    suffix=".txt",
    hyperparameters=HYPERPARAMETERS,
    search_space=SEARCH_SPACE,
    libraries=("lightgbm", "numpy"),
)
