"""The runtime model: LightGBM on the vector encoding, raw seconds (Section 4.4, Appendix D.4)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nb301.surrogates.base import Examples, Hyperparameters
from nb301.surrogates.lgb import LGBSurrogate, fit_text

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
    """Fit on the training rows, stopped early on the validation rows; on those of DE if it has some.

    The paper's runs of other optimizers were on different machines, so that it takes DE's alone.

    Returns:
        `runtime.txt`: LightGBM's own text.
    """
    is_source = (table.rows["optimizer"] == SOURCE).to_numpy()
    seconds = table.rows["runtime"].to_numpy(dtype=np.float64)
    train, stop = (
        Examples(table.codes[rows], seconds[rows])
        for part in (split.train, split.val)
        for rows in [part[is_source[part]] if is_source[split.fitting].any() else part]
    )
    return {FILE: fit_text(train, stop, seed, HYPERPARAMETERS, _ROUNDS)}


class RuntimeModel:
    """Predicts the seconds of one training.

    Args:
        files: What `fit` returned.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._model = LGBSurrogate([files[FILE]], unit=1.0)

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict simulated seconds, shape (n,), of canonical genotypes as `space.to_codes` packs them."""
        return np.asarray(self._model.predict(codes)[0])
