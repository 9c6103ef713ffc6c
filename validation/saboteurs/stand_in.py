"""A stand-in for releases on real trainings, whose table is not everywhere: emulated rows by their name."""

from __future__ import annotations

from pathlib import Path

from nb301.tables import load
from nb301.tables.schema import EvaluationTable
from nb301.truth.base import OFFICIAL_LAST_EPOCH
from validation.saboteurs.oracle import TABLE, oracle
from validation.subject import Subject, TrainedOn

#: The truth that the stand-in's rows pass for: they have random architectures, trained once each.
TRUTH = OFFICIAL_LAST_EPOCH
#: As many rows as were published of the real ones.
_ROWS = 8843


def stand_in(cache: Path) -> Subject:
    """The oracle on emulated rows that nobody can ask the truth about.

    Args:
        cache: Folder of what is run for claims.
    """
    rows = load(TABLE).of("rs").rows.head(_ROWS)
    return oracle(cache, TrainedOn.random_only, EvaluationTable("stand-in", "1.0", TRUTH, rows))
