"""Learning curves of a table's rows, packed: how far behind its best epoch each training was after each.

A training's accuracy is that of its best epoch (official_facts F20), so that a row's curve is that accuracy
minus what is kept here, in whole steps of a tenth of a point: a fifth of what trainings of one architecture
differ by. In a file an epoch is a column, whose bytes pack well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nb301.errors import TableError, shown
from nb301.learning_curves import together

#: One step, fraction.
STEP = 1e-3
#: In the place of each step of a row whose curve is not known.
UNKNOWN = np.iinfo(np.uint16).max
#: Of a training.
MOST_EPOCHS = 2000
_COLUMN = re.compile("epoch_[1-9][0-9]{0,3}")

Steps = NDArray[np.uint16]


def packed(curves: NDArray[np.float64], best: NDArray[np.float64]) -> Steps:
    """Pack learning curves.

    Args:
        curves: Accuracies after each epoch, fractions, shape (n, epochs); NaN where a row's is not known.
        best: Of the best epoch of each, which the rows are labelled with, shape (n,). That of a curve may be
            lower: official logs lack the last epoch (official_facts F20).

    Returns:
        Steps behind the best epoch, of the same shape.

    Raises:
        TableError: Something is no accuracy, or above the best epoch by more than rounding.
    """
    is_known = ~np.isnan(curves).any(axis=1)
    steps = np.full(curves.shape, UNKNOWN, dtype=np.uint16)
    behind = np.rint((best[is_known, None] - curves[is_known]) / STEP)
    wrong = np.argwhere(~((curves[is_known] >= 0) & (behind >= 0) & (behind * STEP <= 1)))
    if len(wrong):
        row, epoch = np.flatnonzero(is_known)[wrong[0][0]], wrong[0][1]
        raise TableError(
            f"curve of row {row}: epoch {epoch + 1} has {curves[row, epoch]:g}, expected an accuracy from "
            f"0 to the best epoch's, {best[row]:g}"
        )
    steps[is_known] = behind
    return steps


def steps_of(curves: Sequence[Sequence[float]], best: NDArray[np.float64]) -> Steps | None:
    """Pack curves of single trainings, empty ones where they are not known; None where none is.

    Raises:
        TableError: See `packed`.
    """
    rows = together(curves)
    return None if rows is None else packed(rows, best)


def unpacked(steps: Steps, best: NDArray[np.float64]) -> NDArray[np.float64]:
    """Learning curves, fractions, of the accuracies of best epochs; NaN where they are not known."""
    curves: NDArray[np.float64] = np.maximum(best[:, None] - steps * STEP, 0.0)
    curves[is_unknown(steps)] = np.nan
    return curves


def is_unknown(steps: Steps) -> NDArray[np.bool_]:
    """Which rows have no curve, shape (n,)."""
    unknown: NDArray[np.bool_] = (steps == UNKNOWN).any(axis=1)
    return unknown


def check_steps(steps: object, rows: int) -> None:
    """Refuse what are no curves of a table's rows.

    Raises:
        TableError: The shape or type is another one, or a row is behind by more than all accuracy.
    """
    if not isinstance(steps, np.ndarray) or steps.dtype != np.uint16 or steps.ndim != 2:
        raise TableError(f"curves are {shown(steps)}, expected 16-bit steps, a row for each training")
    if len(steps) != rows or not 1 <= steps.shape[1] <= MOST_EPOCHS:
        raise TableError(
            f"curves have shape {steps.shape}, expected {rows} rows of 1 to {MOST_EPOCHS} epochs"
        )
    unknown = is_unknown(steps)
    largest = np.where(unknown[:, None], 0, steps).max(axis=1)
    wrong = np.flatnonzero((unknown & (steps != UNKNOWN).any(axis=1)) | (largest > round(1 / STEP)))
    if len(wrong):
        raise TableError(
            f"curve of row {wrong[0]}: {shown(steps[wrong[0]][:10].tolist())} and so on, expected steps "
            f"behind the best epoch, up to 1000, or {UNKNOWN} throughout"
        )


def columns(steps: Steps | None) -> dict[str, pa.Array]:
    """The columns of a file, by name: none without curves."""
    if steps is None:
        return {}
    return {f"epoch_{epoch}": pa.array(column) for epoch, column in enumerate(steps.T, start=1)}


def from_columns(data: pa.Table) -> tuple[pa.Table, Steps | None]:
    """Take the columns of curves out of a file's.

    Raises:
        TableError: Epochs are missing, or no 16-bit steps.
    """
    names = [name for name in data.column_names if _COLUMN.fullmatch(name)]
    if not names:
        return data, None
    expected = [f"epoch_{epoch}" for epoch in range(1, len(names) + 1)]
    if names != expected:
        raise TableError(f"columns {', '.join(names[:3])} and so on are not epoch_1 to epoch_{len(names)}")
    for name in names:
        if data.schema.field(name).type != pa.uint16() or data[name].null_count:
            kind = (
                "has nulls" if data[name].null_count else f"is of {shown(str(data.schema.field(name).type))}"
            )
            raise TableError(f"column {name} {kind}, expected 16-bit steps throughout")
    steps = np.stack([data[name].to_numpy() for name in names], axis=1)
    return data.drop_columns(names), steps
