"""XGBoost (Chen & Guestrin, 2016) on the vector encoding: ten members by ten folds (Section 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nb301.encodings import VECTOR_RANGE, VECTOR_SLOTS, vector
from nb301.space import to_codes
from nb301.surrogates import ubjson
from nb301.surrogates.base import Family, Progress
from nb301.surrogates.trees import BoostedTrees, Tree
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import Split, folds

MEMBERS = 10

#: Table 7's values, but for what decides the size: depth 13, child weight 39 and learning rate
#: 0.00824 make thousands of trees of hundreds of leaves. Trees of 8 leaves at rate 0.2 make files a
#: hundred times smaller that fit the embedded table no worse; child weight 39 would forbid most splits
#: of its few thousand rows.
HYPERPARAMETERS: Mapping[str, float | int | str] = MappingProxyType(
    {
        "objective": "reg:squarederror",
        "tree_method": "hist",
        "max_depth": 3,
        "min_child_weight": 5,
        "learning_rate": 0.2,
        "colsample_bylevel": 0.6909,
        "colsample_bytree": 0.2545,
        "reg_lambda": 31.3933,
        "reg_alpha": 0.2417,
        "nthread": 1,  # sums in one order, so that equal seeds give equal bytes on any machine
    }
)
_ROUNDS, _EARLY_STOPPING = 20_000, 100  # Table 7, official_facts F15


def fit(
    table: EvaluationTable, split: Split, seed: int, progress: Progress | None = None
) -> dict[str, bytes]:
    """Fit ten members, each stopped early on its own tenth of training and validation rows.

    Members keep their best iteration (the official code keeps all, F15). They are fitted to percent,
    which the regularisation of Table 7 is made for (F15).

    Returns:
        `member-<k>.ubj`: XGBoost's own UBJSON.
    """
    import xgboost

    features = vector(to_codes(table.genotypes)).astype(np.float32)
    percent = table.rows["val_accuracy"].to_numpy() * 100
    files = {}
    for member, held_out in enumerate(folds(table, split.fitting, MEMBERS, seed)):
        fitted_on = np.setdiff1d(split.fitting, held_out)
        train, stop = (
            xgboost.DMatrix(features[rows], percent[rows], nthread=1) for rows in (fitted_on, held_out)
        )
        booster = xgboost.train(
            {**HYPERPARAMETERS, "seed": seed * MEMBERS + member},
            train,
            _ROUNDS,
            evals=[(stop, "held_out")],
            early_stopping_rounds=_EARLY_STOPPING,
            verbose_eval=False,
        )
        best = booster[: booster.best_iteration + 1]
        files[f"member-{member}.ubj"] = bytes(best.save_raw("ubj"))
        if progress is not None:
            progress(member + 1, MEMBERS)
    return files


class XGBSurrogate:
    """The members' trees, evaluated together.

    Args:
        files: What `fit` returned.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        members = [_read_member(files[name]) for name in sorted(files, key=_member_number)]
        self._trees = BoostedTrees(
            [trees for trees, _ in members],
            [base for _, base in members],
            len(VECTOR_SLOTS),
            VECTOR_RANGE,
            np.float32,
        )

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict every member, fractions, shape (members, n); see `base.Surrogate`."""
        return self._trees.predict(vector(codes)) / 100


def _member_number(name: str) -> int:
    return int(name.removeprefix("member-").removesuffix(".ubj"))


def _read_member(data: bytes) -> tuple[list[Tree], float]:
    """Read one member's trees and base score from XGBoost's UBJSON."""
    learner = ubjson.loads(data)["learner"]
    trees = [
        Tree(
            feature=tree["split_indices"].astype(np.int64),
            threshold=tree["split_conditions"].astype(np.float64),
            left=tree["left_children"].astype(np.int64),
            right=tree["right_children"].astype(np.int64),
            value=tree["split_conditions"].astype(np.float64),  # of a leaf: its value
        )
        for tree in learner["gradient_booster"]["model"]["trees"]
    ]
    # XGBoost 3 writes the base score of each output as a list
    return trees, float(learner["learner_model_param"]["base_score"].strip("[]"))


FAMILY = Family(fit, XGBSurrogate, HYPERPARAMETERS, ("xgboost", "numpy"))
