"""What objects show in notebooks: each a card of HTML, made of numbers and texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.display.cells import draw_cell
from nb301.display.curves import Scale, draw_curves
from nb301.display.html import card, facts, figure, table

Array = NDArray[np.float64]

#: Rows and curves that are shown of many: as many of the first as of the last, or evenly spread.
_SHOWN = 10


def cell_card(text: str) -> str:
    """Draw a cell, given by its text."""
    return card("Cell", draw_cell(text, "Cell"))


def genotype_card(normal: str, reduce: str, text: str) -> str:
    """Draw a genotype's cells, given by their texts, above its own."""
    drawn = figure(draw_cell(normal, "Normal cell"), "Normal cell")
    drawn += figure(draw_cell(reduce, "Reduction cell"), "Reduction cell")
    return card("Genotype", f'<div class="shown">{drawn}</div>', f"<code>{text}</code>")


def facts_card(title: str, rows: Iterable[tuple[str, str, str]]) -> str:
    """Show attributes: their names, their values with units, and what they are."""
    return card(title, facts(rows))


def rows_card(title: str, columns: Mapping[str, tuple[NDArray[Any], str]]) -> str:
    """Show the first and the last of many rows, with their numbers.

    Args:
        title: What they are.
        columns: Arrays of equal length, and how their values are written, such as `.2f`, by their names.
    """
    count = len(next(iter(columns.values()))[0])
    numbers = list(range(count))
    if count > _SHOWN:
        numbers = numbers[: _SHOWN // 2] + numbers[-(_SHOWN // 2) :]
    rows = []
    for number in numbers:
        row = [str(number)]
        for values, written in columns.values():
            row.append(format(values[number].item(), written))
        rows.append(row)
    if count > _SHOWN:
        rows.insert(_SHOWN // 2, ["\N{HORIZONTAL ELLIPSIS}"] * (1 + len(columns)))
    return card(title, table(["", *columns], rows) if rows else "")


def run_card(title: str, seconds: Array, accuracies: Array) -> str:
    """Draw a run's incumbent.

    Args:
        title: What the run is.
        seconds: When each evaluation ended, shape (n,).
        accuracies: Observed for the incumbent of then, fractions, shape (n,).
    """
    if not len(seconds):
        return card(title)
    line = (seconds.tolist(), (100 * (1 - accuracies)).tolist())
    x, y = Scale("simulated s", ",.0f"), Scale("observed validation error of the incumbent (%)", ".2f")
    return card(title, draw_curves([line], x, y, steps=True))


def curves_card(title: str, accuracies: Array) -> str:
    """Draw learning curves, ten of many.

    Args:
        title: What they are.
        accuracies: After each epoch, fractions, shape (n, epochs).
    """
    count, epochs = accuracies.shape
    if not accuracies.size:
        return card(title)
    shown = np.unique(np.linspace(0, count - 1, min(count, _SHOWN)).astype(int))
    numbers = list(range(1, epochs + 1))
    lines = [(numbers, row) for row in (100 * accuracies[shown]).tolist()]
    drawn = draw_curves(lines, Scale("epochs", "d"), Scale("validation accuracy (%)", ".1f"))
    return card(title, drawn, f"<p>{_SHOWN} of them</p>" if count > _SHOWN else "")
