"""Plots by matplotlib, on Axes that are given or new; nothing global is set.

All take `ax`, None for a new figure's, and `title`, what the numbers rest on, and return the Axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nb301.extras import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]


def incumbents(
    ax: Axes | None, title: str, seconds: Array, accuracies: Array, line: Mapping[str, Any]
) -> Axes:
    """Draw a run's incumbent as steps over the logarithm of time.

    Args:
        ax: See above.
        title: See above.
        seconds: When each evaluation ended, shape (n,).
        accuracies: Observed for the incumbent of then, fractions, shape (n,).
        line: Settings of `Axes.step`.
    """
    ax = _titled(ax, title)
    ax.step(seconds, 100 * (1 - accuracies), where="post", **line)
    ax.set_xscale("log")
    ax.set_xlabel("Simulated time (s)")
    ax.set_ylabel("Observed validation error of the incumbent (%)")
    if "label" in line:
        ax.legend()
    return ax


def curves(ax: Axes | None, title: str, accuracies: Array, labels: Sequence[str]) -> Axes:
    """Draw learning curves.

    Args:
        ax: See above.
        title: See above.
        accuracies: After each epoch, fractions, shape (n, epochs).
        labels: Of each curve, or none.
    """
    ax = _titled(ax, title)
    lines = ax.plot(np.arange(1, accuracies.shape[1] + 1), 100 * accuracies.T)
    ax.set_xlabel("Epoch")
    ax.set_ylabel("Validation accuracy (%)")
    if labels:
        ax.legend(lines, labels)
    return ax


def intervals(
    ax: Axes | None, title: str, mean: Array, ends: tuple[Array, Array], observed: Array | None
) -> Axes:
    """Draw predictions with their intervals, beside what was observed where that is known.

    Args:
        ax: See above.
        title: See above.
        mean: Predicted accuracies, fractions, shape (n,).
        ends: Lower and upper ends of their intervals, shape (n,) each.
        observed: Accuracies, fractions, shape (n,); None where none are known.
    """
    ax = _titled(ax, title)
    x = np.arange(len(mean)) if observed is None else 100 * observed
    reach = 100 * np.stack([mean - ends[0], ends[1] - mean])
    ax.errorbar(x, 100 * mean, yerr=reach, fmt="o", markersize=4, elinewidth=0.8, alpha=0.7)
    ax.set_ylabel("Predicted validation accuracy (%)")
    ax.set_xlabel("Number in the list" if observed is None else "Observed validation accuracy (%)")
    if observed is None:
        ax.locator_params(axis="x", integer=True)
    elif len(mean):
        # where both are equal
        ax.axline((x[0], x[0]), slope=1, color="grey", linestyle="--", linewidth=1)
    return ax


def distribution(ax: Axes | None, title: str, sampled: Array, given: Mapping[str, float]) -> Axes:
    """Draw how accuracies of random architectures are distributed, and where those of given ones lie.

    Args:
        ax: See above.
        title: See above.
        sampled: Accuracies, fractions, shape (n,).
        given: Accuracies by name.
    """
    ax = _titled(ax, title)
    ax.hist(100 * sampled, bins="auto", alpha=0.5, label=f"{len(sampled):,} random architectures")
    for number, (name, accuracy) in enumerate(given.items(), 1):
        ax.axvline(100 * accuracy, color=f"C{number}", label=name)
    ax.set_xlabel("Predicted validation accuracy (%)")
    ax.set_ylabel("Number of architectures")
    ax.legend()
    return ax


def _titled(ax: Axes | None, title: str) -> Axes:
    require("matplotlib", "plot")
    if ax is None:
        from matplotlib import pyplot as plt

        _, ax = plt.subplots(layout="constrained")
    if title:
        ax.set_title(title, loc="left", fontsize="medium", wrap=True)
    return ax
