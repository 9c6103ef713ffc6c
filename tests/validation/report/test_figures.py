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
from validation.searches import PlannedRuns, Where

RUNS = [PlannedRuns("rs", Where.truth), PlannedRuns("rs", Where.subject)]


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
    titles = [figure.title for figure in figures.figures(oracle)]
    assert titles == ["Fit", "Operations without parameters", "Calibration", "Depth of cells"]
    _, points, collapse, *_, depths = drawn
    assert len(points) == 1000
    assert len(collapse) == 2 * 9
    assert [row["depth"] for row in depths if row["what"] == "truth"] == [1, 2, 3, 4]
    assert all(row["low"] <= row["lower"] <= row["median"] <= row["upper"] <= row["high"] for row in depths)


@pytest.mark.usefixtures("drawn")
def test_figures_that_do_not_apply_are_left_out(subject, monkeypatch):
    """A table without probes and repetitions has the fit alone; a surrogate that breaks has none."""
    shown = [figure.title for figure in figures.figures(subject)]
    assert shown == ["Fit", "Operations without parameters"]

    def broken(_):
        raise SubjectError("it breaks")

    monkeypatch.setattr(figures, "_FIGURES", [("Fit", "", broken)])
    assert not [*figures.figures(subject)]


@pytest.fixture
def curved(monkeypatch):
    """Curves of three runs: what is found is a point better, and overrated by another."""
    truth = np.array([[0.9, 0.95], [0.8, 0.95], [0.85, 0.95]])
    curves = Curves(np.array([1e4, 1e5]), truth, truth + 0.01, truth + 0.02)
    monkeypatch.setattr(trajectories, "curves", lambda *_: curves)


@pytest.mark.usefixtures("curved")
def test_trajectories_are_means_and_ranges(subject, drawn):
    """In percent, for each optimizer that ran on the subject: the truth's, and the subject's own."""
    figures._trajectories(subject, RUNS)
    [[first, *others]] = drawn
    assert first == {
        "optimizer": "rs",
        "what": "truth",
        "seconds": 1e4,
        "mean": pytest.approx(15),
        "low": pytest.approx(10.5),
        "high": pytest.approx(19.5),
    }
    assert [row["what"] for row in others] == ["truth", "predicted", "predicted"]
    assert others[1]["mean"] == pytest.approx(13)


@pytest.mark.usefixtures("curved")
def test_differences_are_signed(subject, drawn):
    """In points: what is found, and that with what is said of it."""
    figures._differences(subject, RUNS)
    [rows] = drawn
    assert [(row["what"], round(row["mean"], 9)) for row in rows] == [
        ("found", 1),
        ("found", 1),
        ("own scale", 2),
        ("own scale", 2),
    ]
    assert all(row["low"] <= row["mean"] <= row["high"] for row in rows)


def test_nothing_is_drawn_of_what_has_not_run(subject):
    """Runs on the truth alone are no curve of the subject."""
    with pytest.raises(NotApplicable, match="nothing has run on it"):
        figures._trajectories(subject, RUNS[:1])


def test_the_logged_run_is_for_tables_that_cannot_be_asked(subject):
    """Where the truth can be asked, runs on it say more."""
    with pytest.raises(NotApplicable, match="say more"):
        figures._replayed(subject, RUNS)


def test_a_figure_is_drawn(subject):
    """The result is SVG, whole in itself."""
    svg = figures._svg(figures._scatter(subject))
    assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314 - our own


@pytest.mark.usefixtures("drawn", "short_plan")
def test_figures_without_a_table(tableless, imported):
    """Those that the ground truth can be asked for; else none."""
    shown = [figure.title for figure in figures.figures(tableless, RUNS)]
    assert shown == ["Operations without parameters", "Trajectories", "Trajectories beside the truth's"]
    assert not [*figures.figures(imported, RUNS)]
