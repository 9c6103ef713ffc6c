"""Learning curves in official files: full logs have them under `learning_curves`, in percent (F20, F21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nb301.errors import TableError, shown
from nb301.tables.curves import Steps, packed

#: The entry of a file, and the curve that tables keep.
ENTRY, VAL_ACCURACY = "learning_curves", "Train/val_accuracy"
#: How far the best epoch of a curve may be from the label, points: logs lack the last epoch, which may be it.
_OFF = 1.0


def curve_in(result: Mapping[str, Any], epochs: int, best: float) -> tuple[float, ...]:
    """Validation accuracy after each epoch, fractions; none where the file has no curve.

    Args:
        result: A file.
        epochs: Of the whole training.
        best: The label, which is the best epoch's accuracy, fraction.

    Raises:
        TableError: There are no accuracies, more than epochs, or those of another training.
    """
    curves = result.get(ENTRY)
    if curves is None or curves == {}:
        return ()
    percents = curves.get(VAL_ACCURACY) if isinstance(curves, Mapping) else None
    if not isinstance(percents, list) or not 1 <= len(percents) <= epochs:
        raise TableError(
            f"{ENTRY}: {VAL_ACCURACY} is {shown(percents)}, expected at most {epochs} accuracies"
        )
    for epoch, percent in enumerate(percents, start=1):
        if isinstance(percent, bool) or not isinstance(percent, (int, float)) or not 0 <= percent <= 100:
            raise TableError(f"{ENTRY}: epoch {epoch} is {shown(percent)}, expected a number from 0 to 100")
    if abs(max(percents) - 100 * best) > _OFF:
        raise TableError(
            f"{ENTRY}: the best epoch has {max(percents):g} %, but val_accuracy is {100 * best:g} %"
        )
    return tuple(percent / 100 for percent in percents)


def steps_of(curves: Sequence[tuple[float, ...]]) -> Steps | None:
    """Curves of a table's rows as it keeps them, None where no row has one.

    A curve that is shorter than the longest one is not known: nobody says which epochs it lacks.
    """
    epochs = max(map(len, curves), default=0)
    if not epochs:
        return None
    unknown = (float("nan"),) * epochs
    return packed(np.array([curve if len(curve) == epochs else unknown for curve in curves]))
