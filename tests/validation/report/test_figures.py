"""Tests of `validation.report.figures`."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from nb301.space import Op
from validation.answers import SubjectError
from validation.measures import NotApplicable, trajectories
from validation.measures.trajectories import Curves
from validation.report import figures


@pytest.fixture
def drawn(monkeypatch):
    """The rows of all charts that are made, which are not drawn."""
    rows, chart_of = [], figures._chart
    monkeypatch.setattr(figures, "_chart", lambda made, **size: rows.append(made) or chart_of(made, **size))
    monkeypatch.setattr(figures, "_svg", lambda _: "<svg/>")
    return rows


def test_figures_that_apply(oracle, drawn, monkeypatch):
    """Of a foreign surrogate on the embedded table all that need no runs."""
    monkeypatch.setattr(figures, "PARAMETER_FREE", (Op.skip_connect,))
    titles = [figure.title for figure in figures.figures(oracle, with_runs=False)]
    assert titles == ["Fit", "Operations without parameters", "Calibration", "Depth of cells"]
    _, points, collapse, *_, depths = drawn
    assert len(points) == 1000
    assert len(collapse) == 2 * 9
    assert [row["depth"] for row in depths if row["what"] == "truth"] == [1, 2, 3, 4]
    assert all(row["low"] <= row["lower"] <= row["median"] <= row["upper"] <= row["high"] for row in depths)


@pytest.mark.usefixtures("drawn")
def test_figures_that_do_not_apply_are_left_out(subject, monkeypatch):
    """A table without probes and repetitions has the fit alone; a surrogate that breaks has none."""
    shown = [figure.title for figure in figures.figures(subject, with_runs=False)]
    assert shown == ["Fit", "Operations without parameters"]

    def broken(_):
        raise SubjectError("it breaks")

    monkeypatch.setattr(figures, "_FIGURES", [("Fit", "", broken)])
    assert not [*figures.figures(subject, with_runs=False)]


def test_trajectories_are_means_and_ranges(subject, drawn, monkeypatch):
    """In percent, for each optimizer on the truth and on the subject."""
    curves = Curves(np.array([1e4, 1e5]), np.array([[0.1, 0.05], [0.2, 0.05]]))
    monkeypatch.setattr(trajectories, "SECONDS", {"rs": 1e5})
    monkeypatch.setattr(trajectories, "curves", lambda *_: curves)
    monkeypatch.setattr(trajectories, "truth_curves", lambda *_: curves)
    figures._trajectories(subject)
    [[first, *others]] = drawn
    assert first == {
        "optimizer": "rs",
        "what": "truth",
        "seconds": 1e4,
        "mean": pytest.approx(15),
        "low": 10,
        "high": 20,
    }
    assert [row["what"] for row in others] == ["truth", "predicted", "predicted"]


def test_the_logged_run_is_for_tables_that_cannot_be_asked(subject):
    """Where the truth can be asked, runs on it say more."""
    with pytest.raises(NotApplicable, match="say more"):
        figures._replayed(subject)


def test_a_figure_is_drawn(subject):
    """The result is SVG, whole in itself."""
    svg = figures._svg(figures._scatter(subject))
    assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314 - our own


@pytest.mark.usefixtures("drawn")
def test_figures_without_a_table(tableless, imported):
    """Those that the ground truth can be asked for; else none."""
    shown = [figure.title for figure in figures.figures(tableless, with_runs=True)]
    assert shown == ["Operations without parameters"]
    assert not [*figures.figures(imported, with_runs=True)]
