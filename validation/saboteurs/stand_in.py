"""A stand-in for releases on real trainings, whose table is not everywhere: emulated rows by their name."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nb301.files import sha256
from nb301.releases.freeze import SEED
from nb301.surrogates import FAMILIES
from nb301.tables import load
from nb301.tables.schema import EvaluationTable
from nb301.truth.base import OFFICIAL_LAST_EPOCH
from nb301.truth.emulated import EmulatedTruth
from validation.intervals import Array
from validation.predictors import Genotypes
from validation.subject import Subject, TrainedOn

#: The truth that the stand-in's rows pass for: they have random architectures, trained once each.
TRUTH = OFFICIAL_LAST_EPOCH
#: As many rows as were published of the real ones.
_ROWS = 8843
#: How far its models would lie apart, had it several, fraction.
_STD = 4e-4


class Oracle:
    """Knows what the emulated truth expects, and its noise: it passes every gate, or the gate is wrong."""

    def __init__(self) -> None:
        self._truth = EmulatedTruth()

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Mean and std, fractions."""
        return self._truth.mean(genotypes), np.full(len(genotypes), _STD)

    def noise_std(self, genotypes: Genotypes) -> Array:
        """Of trainings, fractions."""
        return self._truth.noise_std(genotypes)


def stand_in(cache: Path) -> Subject:
    """The oracle on emulated rows that nobody can ask the truth about.

    Who refits it gets boosted trees, which know less than it does.

    Args:
        cache: Folder of what is fitted for claims.
    """
    rows = load("emulated-v2.0").of("rs").rows.head(_ROWS)
    return Subject(
        name="stand-in",
        key=sha256(b"stand-in"),
        predictor=Oracle(),
        table=EvaluationTable("stand-in", "1.0", TRUTH, rows),
        split_seed=SEED,
        trained_on=TrainedOn.random_only,
        family=FAMILIES["xgb"],
        cache=cache,
        is_kept=False,
    )
