"""Learning curves in official files: full logs have them under `learning_curves`, in percent (F20, F21)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nb301.errors import TableError, shown
from nb301.tables.curves import MOST_EPOCHS

#: The entry of a file, and the curve that tables keep.
ENTRY, VAL_ACCURACY = "learning_curves", "Train/val_accuracy"
#: How far the best epoch of a curve may be below the label, points: logs lack the last, which may be it.
_BELOW = 1.0
#: And above it, by rounding.
_ABOVE = 0.05


def curve_in(result: Mapping[str, Any], epochs: int, best: float) -> tuple[float, ...]:
    """Validation accuracy after each epoch, fractions; none where the file has no curve.

    Args:
        result: A file.
        epochs: Of the whole training.
        best: The label, which is the best epoch's accuracy, fraction.

    Raises:
        TableError: There are no accuracies, more than epochs or than tables keep, or another training's.
    """
    curves = result.get(ENTRY)
    if curves is None or curves == {}:
        return ()
    percents = curves.get(VAL_ACCURACY) if isinstance(curves, Mapping) else None
    most = min(epochs, MOST_EPOCHS)
    if not isinstance(percents, list) or not 1 <= len(percents) <= most:
        raise TableError(f"{ENTRY}: {VAL_ACCURACY} is {shown(percents)}, expected at most {most} accuracies")
    for epoch, percent in enumerate(percents, start=1):
        if isinstance(percent, bool) or not isinstance(percent, (int, float)) or not 0 <= percent <= 100:
            raise TableError(f"{ENTRY}: epoch {epoch} is {shown(percent)}, expected a number from 0 to 100")
    if not -_ABOVE <= 100 * best - max(percents) <= _BELOW:
        raise TableError(
            f"{ENTRY}: the best epoch has {max(percents):g} %, but val_accuracy is {100 * best:g} %"
        )
    return tuple(min(percent / 100, best) for percent in percents)
