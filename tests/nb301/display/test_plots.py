"""Plots: on Axes that are given or new, labelled with units, with nothing global changed."""

from __future__ import annotations

import sys
from functools import partial

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from nb301.display import plots
from nb301.errors import MissingExtra

mpl.use("agg")
ACCURACIES = np.array([0.90, 0.91, 0.93])
PLOTS = {
    "incumbents": partial(
        plots.incumbents, seconds=np.array([1e3, 2e3, 3e3]), accuracies=ACCURACIES, line={}
    ),
    "curves": partial(plots.curves, accuracies=np.tile(ACCURACIES, (2, 1)), labels=["a", "b"]),
    "intervals": partial(
        plots.intervals, mean=ACCURACIES, ends=(ACCURACIES - 0.01, ACCURACIES + 0.01), observed=None
    ),
    "beside": partial(
        plots.intervals, mean=ACCURACIES, ends=(ACCURACIES - 0.01, ACCURACIES + 0.01), observed=ACCURACIES
    ),
    "distribution": partial(plots.distribution, sampled=ACCURACIES, given={"DARTS": 0.94}),
}


@pytest.fixture
def ax():
    """Axes that pyplot does not know."""
    return Figure().subplots()


@pytest.mark.parametrize("name", PLOTS)
def test_plots_are_drawn_where_they_are_told(name, ax):
    """The Axes come back, with labels that have units, and pyplot has no figure and no setting more."""
    from matplotlib import pyplot as plt

    before, figures = dict(mpl.rcParams), plt.get_fignums()
    drawn = PLOTS[name](ax, "release: surrogate of an emulation, not CIFAR-10")

    assert drawn is ax
    assert ax.get_title(loc="left") == "release: surrogate of an emulation, not CIFAR-10"
    assert "(%)" in ax.get_xlabel() + ax.get_ylabel()
    assert ax.has_data()
    assert plt.get_fignums() == figures
    assert dict(mpl.rcParams) == before


def test_without_axes_a_figure_is_made():
    """Of the kind that notebooks show."""
    from matplotlib import pyplot as plt

    drawn = PLOTS["curves"](None, "")
    assert plt.gcf() is drawn.figure
    plt.close(drawn.figure)


def test_incumbents_are_errors_in_percent(ax):
    """As steps that hold until the next evaluation has ended."""
    (line,) = PLOTS["incumbents"](ax, "").lines

    assert line.get_drawstyle() == "steps-post"
    assert line.get_ydata() == pytest.approx([10.0, 9.0, 7.0])
    assert ax.get_xscale() == "log"
    assert ax.get_legend() is None


def test_runs_overlay(ax):
    """Each with its label."""
    for name in ("rs", "re"):
        plots.incumbents(ax, "", np.array([1e3, 2e3]), ACCURACIES[:2], {"label": name, "color": "black"})

    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["rs", "re"]
    assert {line.get_color() for line in ax.lines} == {"black"}


def test_curves_begin_with_the_first_epoch(ax):
    """One line each, and a legend of the names."""
    PLOTS["curves"](ax, "")

    assert [line.get_xdata().tolist() for line in ax.lines] == [[1, 2, 3]] * 2
    assert ax.lines[0].get_ydata() == pytest.approx([90.0, 91.0, 93.0])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_predictions_stand_beside_what_was_observed(ax):
    """In percent, with the line on which both are equal."""
    PLOTS["beside"](ax, "")
    points, diagonal = ax.lines

    assert points.get_xdata() == pytest.approx([90.0, 91.0, 93.0])
    assert points.get_ydata() == pytest.approx([90.0, 91.0, 93.0])
    assert diagonal.get_slope() == 1


def test_missing_matplotlib_names_its_extra(monkeypatch):
    """And no other error does."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r"nb301\[plot\]"):
        PLOTS["curves"](None, "")
