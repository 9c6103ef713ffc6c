"""LightGBM (Ke et al., 2017) on the vector encoding; its text format also holds the runtime model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.encodings import VECTOR_RANGE, VECTOR_SLOTS, vector
from nb301.surrogates.base import Domain, Examples, Family, Hyperparameters, Range, Report
from nb301.surrogates.trees import BoostedTrees, Tree

#: Ten members of 7 MB together (1.5 MB compressed): R2 0.925 and sKT 0.833 on the test rows of
#: `emulated-v1.0`, where the noise allows 0.955 and 0.862. Ten members of 1,600 trees at rate 0.2 reach
#: 0.927 and 0.834. What more trees gain single members, on a trial table of 33,000 rows with a ceiling of
#: 0.951 and 0.849:
#:   8 leaves, 800 rounds at 0.3, feature_fraction 0.3     0.7 MB  0.893  0.791
#:   16 leaves, 1,200 rounds at 0.1, feature_fraction 0.3  1.9 MB  0.902  0.804
#:   16 leaves, 3,000 rounds at 0.05                       4.9 MB  0.908  0.810
#:   Table 7's own, 10,157 rounds                         39.6 MB  0.911  0.811
HYPERPARAMETERS: Hyperparameters = MappingProxyType(
    {
        "num_leaves": 8,
        "max_depth": -1,
        "max_bin": 336,  # Table 7
        "feature_fraction": 0.5,
        "min_child_weight": 0.001,
        "lambda_l1": 0.0,
        "lambda_l2": 1.0,
        "learning_rate": 0.3,
        "num_iterations": 800,
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
    """
    percent, stop = (replace(part, target=part.target * 100) for part in (train, stop))
    settings = dict(hyperparameters)
    rounds = int(settings.pop("num_iterations", _ROUNDS))
    return fit_text(percent, stop, seed, settings, rounds, report)


def fit_text(
    train: Examples,
    stop: Examples,
    seed: int,
    hyperparameters: Hyperparameters,
    rounds: int,
    report: Report | None = None,
) -> bytes:
    """Fit to targets in a unit of their own; returns LightGBM's own text."""
    import lightgbm

    parameters = {**_FIXED, **hyperparameters, "seed": seed}
    features, stop_features = (vector(part.codes).astype(np.float64) for part in (train, stop))
    data = lightgbm.Dataset(features, train.target, params=dict(parameters))
    stop_data = lightgbm.Dataset(stop_features, stop.target, reference=data)
    booster = lightgbm.train(
        parameters,
        data,
        rounds,
        valid_sets=[stop_data],
        callbacks=[
            lightgbm.early_stopping(_EARLY_STOPPING, verbose=False),
            *([_reporting(report)] if report else []),
        ],
    )
    return booster.model_to_string(num_iteration=booster.best_iteration).encode()  # type: ignore[no-any-return]


def read_trees(text: str) -> Iterator[Tree]:
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


class LGBSurrogate:
    """The members' trees, evaluated together.

    Args:
        files: The members' files, as `fit` returned them.
        unit: What predictions are divided by: 100 for members that were fitted to percent.
    """

    def __init__(self, files: Sequence[bytes], unit: float = 100.0) -> None:
        members = [[*read_trees(data.decode())] for data in files]
        # LightGBM folds the mean into its first tree, so the base is zero
        bases = [0.0] * len(members)
        self._trees = BoostedTrees(members, bases, len(VECTOR_SLOTS), VECTOR_RANGE, np.float64)
        self._unit = unit

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict every member, shape (members, n); see `base.Surrogate`."""
        return self._trees.predict(vector(codes)) / self._unit


def _reporting(report: Report) -> Any:
    """A callback of LightGBM's that reports each round's mean squared error, percent squared."""

    def callback(environment: Any) -> None:
        report(environment.iteration + 1, environment.evaluation_result_list[0][2])

    return callback


FAMILY = Family(
    fit=fit,
    load=LGBSurrogate,
    suffix=".txt",
    hyperparameters=HYPERPARAMETERS,
    search_space=SEARCH_SPACE,
    libraries=("lightgbm", "numpy"),
)
