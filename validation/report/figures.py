"""Figures of a report card: Altair charts drawn as SVG, one function a figure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import altair as alt
import numpy as np
import vl_convert

from nb301.errors import DataMissing
from nb301.space import PARAMETER_FREE
from validation.answers import SubjectError
from validation.intervals import Array, simultaneous_band
from validation.measures import NotApplicable, collapse, noise, replay, trajectories
from validation.measures.base import depths, observed, predicted_mean, rows_of
from validation.searches import PlannedRuns, Where
from validation.subject import Subject

#: Truth and prediction (Okabe & Ito, 2008).
_COLOURS = ("#555555", "#0072B2")
_SHOWN = 1000


class Figure(NamedTuple):
    """A drawn figure."""

    title: str
    caption: str
    svg: str


def figures(subject: Subject, runs: Sequence[PlannedRuns] = ()) -> Iterator[Figure]:
    """Every figure that applies to a subject.

    Args:
        subject: What is shown.
        runs: Runs of optimizers to show, made if the cache does not have them.
    """
    drawn = list(_FIGURES)
    for title, caption, draw_runs in _RUNS if runs else []:
        drawn.append((title, caption, partial(draw_runs, runs=runs)))
    for title, caption, draw in drawn:
        try:
            yield Figure(title, caption, _svg(draw(subject)))
        except (NotApplicable, DataMissing, SubjectError):
            continue


def _scatter(subject: Subject) -> alt.LayerChart:
    rows = subject.split.test
    chosen = np.random.default_rng(0).permutation(len(rows))[:_SHOWN]
    truth, predicted = observed(subject, rows)[chosen] * 100, predicted_mean(subject, rows)[chosen] * 100
    low, high = float(min(truth.min(), predicted.min())), float(max(truth.max(), predicted.max()))
    scale = alt.Scale(domain=[low, high], nice=False)
    diagonal = [{"observed": low, "predicted": low}, {"observed": high, "predicted": high}]
    x = alt.X("observed:Q", title="Observed accuracy (%)", scale=scale)
    y = alt.Y("predicted:Q", title="Predicted (%)", scale=scale)
    line = _chart(diagonal).mark_line(color=_COLOURS[0], strokeWidth=1).encode(x=x, y=y)
    points = _chart(_records(observed=_rounded(truth), predicted=_rounded(predicted)))
    return line + points.mark_circle(color=_COLOURS[1], size=8, opacity=0.5).encode(x=x, y=y)


def _collapse(subject: Subject) -> alt.FacetChart:
    rows = []
    for op in PARAMETER_FREE:
        truth, predicted = collapse.means_by_base(subject, op.name)
        for what, means in (("truth", truth), ("predicted", predicted)):
            for n, mean in enumerate(means.mean(axis=0).tolist()):
                rows.append({"op": op.name, "what": what, "n": n, "accuracy": 100 * mean})
    return (
        _chart(rows, width=170, height=180)
        .mark_line(point=True, strokeWidth=2)
        .encode(
            x=alt.X("n:O", title="Number in the normal cell", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("accuracy:Q", title="Accuracy (%)", scale=alt.Scale(zero=False)),
            color=_what(),
        )
        .facet(alt.Column("op:N", title=None))
    )


def _calibration(subject: Subject) -> alt.LayerChart:
    levels, shares = noise.calibration_curve(subject)
    measured = _records(nominal=levels.tolist(), actual=shares.tolist())
    x = alt.X("nominal:Q", title="Nominal share", scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("actual:Q", title="Share of trainings inside", scale=alt.Scale(domain=[0, 1]))
    diagonal = [{"nominal": 0, "actual": 0}, {"nominal": 1, "actual": 1}]
    line = _chart(diagonal).mark_line(color=_COLOURS[0], strokeWidth=1).encode(x=x, y=y)
    return line + _chart(measured).mark_line(color=_COLOURS[1], point=True).encode(x=x, y=y)


def _depth(subject: Subject) -> alt.LayerChart:
    rows = rows_of(subject, "topology")
    longest = depths(subject.genotypes(rows))
    names, shares = ("low", "lower", "median", "upper", "high"), (0.05, 0.25, 0.5, 0.75, 0.95)
    accuracies = {"truth": observed(subject, rows), "predicted": predicted_mean(subject, rows)}
    values = []
    for what, fractions in accuracies.items():
        for depth in np.unique(longest).tolist():
            quantiles = np.quantile(fractions[longest == depth] * 100, shares).tolist()
            values.append({"depth": depth, "what": what, **dict(zip(names, quantiles, strict=True))})
    base = _chart(values, width=340).encode(
        x=alt.X("depth:O", title="Longest path (edges)", axis=alt.Axis(labelAngle=0)),
        xOffset="what:N",
        color=_what(),
    )
    whiskers = base.mark_rule().encode(
        y=alt.Y("low:Q", title="Accuracy (%)", scale=alt.Scale(zero=False)), y2="high:Q"
    )
    return (
        whiskers
        + base.mark_bar(size=14).encode(y="lower:Q", y2="upper:Q")
        + base.mark_tick(color="white", thickness=2, size=14).encode(y="median:Q", color=alt.value("white"))
    )


def _trajectories(subject: Subject, runs: Sequence[PlannedRuns]) -> alt.FacetChart:
    """Errors by the truth of what is found on it, and by the subject of what is found there."""
    rows = []
    for optimizer in _on_subject(runs):
        curves = trajectories.curves(subject, optimizer)
        for what, values in (("truth", curves.truth), ("predicted", curves.own)):
            errors = 100 * (1 - values)
            low, high = np.quantile(errors, [0.05, 0.95], axis=0)
            rows += _band(optimizer, what, curves.seconds, (low, errors.mean(axis=0), high))
    return _over_time(rows, "Error (%)", _what())


def _differences(subject: Subject, runs: Sequence[PlannedRuns]) -> alt.FacetChart:
    """Mean differences from the truth's curve, on the subject's own scale and of what is found alone."""
    rows = []
    for optimizer in _on_subject(runs):
        curves = trajectories.curves(subject, optimizer)
        for what, values in (("found", curves.found), ("own scale", curves.own)):
            differences = 100 * (values - curves.truth)
            low, high = simultaneous_band(differences)
            rows += _band(optimizer, what, curves.seconds, (low, differences.mean(axis=0), high))
    return _over_time(rows, "Accuracy minus the truth's (points)", _what("found", "own scale"))


def _on_subject(runs: Sequence[PlannedRuns]) -> list[str]:
    """Optimizers that have run on the subject itself."""
    optimizers = [optimizer for optimizer, where in runs if where is Where.subject]
    if not optimizers:
        raise NotApplicable("nothing has run on it")
    return list(dict.fromkeys(optimizers))


def _band(
    optimizer: str, what: str, seconds: Array, ends: tuple[Array, Array, Array]
) -> list[dict[str, Any]]:
    """Low, mean and high over time, with whose they are."""
    low, mean, high = ends
    points = seconds.tolist()
    return _records(
        optimizer=[optimizer] * len(points),
        what=[what] * len(points),
        seconds=points,
        low=low.tolist(),
        mean=mean.tolist(),
        high=high.tolist(),
    )


def _over_time(rows: list[dict[str, Any]], title: str, colour: alt.Color) -> alt.FacetChart:
    """Lines with bands over simulated time, a chart for each optimizer."""
    base = _chart(rows, width=170, height=150).encode(
        x=alt.X(
            "seconds:Q",
            title="Simulated seconds",
            scale=alt.Scale(type="log"),
            axis=alt.Axis(format="~e", tickCount=4),
        ),
        color=colour,
    )
    scale = alt.Scale(zero=False)
    band = base.mark_area(opacity=0.2).encode(y=alt.Y("low:Q", title=title, scale=scale), y2="high:Q")
    line = base.mark_line(strokeWidth=2).encode(y=alt.Y("mean:Q", scale=scale))
    return (band + line).facet(alt.Facet("optimizer:N", title=None), columns=3)


def _replayed(subject: Subject, runs: Sequence[PlannedRuns]) -> alt.LayerChart:
    """The logged run of an optimizer, and the range of runs on models without its rows."""
    if subject.truth is not None:
        raise NotApplicable("runs on the ground truth itself say more")
    logged, modelled = replay.best_so_far(subject, runs[0].optimizer)
    # steps are drawn where there are some
    shown = np.flatnonzero(np.diff(np.vstack([logged, modelled]), axis=1, prepend=-1).any(axis=0))
    rows = []
    for what, values in (("truth", logged[None]), ("predicted", modelled)):
        low, median, high = 100 * np.quantile(values, [0.025, 0.5, 0.975], axis=0)
        for place in shown.tolist():
            at = {"low": low[place], "median": median[place], "high": high[place]}
            rows.append({"what": what, "evaluations": place + 1, **at})
    base = _chart(rows, width=340).encode(
        x=alt.X("evaluations:Q", title="Trainings", scale=alt.Scale(type="log", nice=False)), color=_what()
    )
    accuracy = alt.Scale(zero=False)
    band = base.mark_area(opacity=0.2, interpolate="step-after").encode(
        y=alt.Y("low:Q", title="Best observed accuracy (%)", scale=accuracy), y2="high:Q"
    )
    return band + base.mark_line(interpolate="step-after").encode(y=alt.Y("median:Q", scale=accuracy))


def _records(**columns: list[Any]) -> list[dict[str, Any]]:
    """Columns of equal length as rows."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _rounded(values: Array) -> list[float]:
    rounded: list[float] = np.round(values, 3).tolist()
    return rounded


def _what(*domain: str) -> alt.Color:
    scale = alt.Scale(domain=domain or ("truth", "predicted"), range=_COLOURS)
    return alt.Color("what:N", title=None, scale=scale)


def _chart(rows: list[dict[str, Any]], width: int = 300, height: int = 240) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows)).properties(width=width, height=height)


def _svg(chart: Any) -> str:
    spec = json.loads(chart.configure(background="white").to_json())
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=".".join(alt.SCHEMA_VERSION.split(".")[:2]))
    return svg


#: Title, caption and chart of each figure.
_FIGURES: list[tuple[str, str, Callable[[Subject], Any]]] = [
    ("Fit", "Test rows, unseen by the models; on the diagonal, predicted is observed.", _scatter),
    ("Operations without parameters", "Mean accuracy with 0 to 8 of an op (Figure 18).", _collapse),
    (
        "Calibration",
        "Trainings within intervals; on the diagonal the std is their noise.",
        _calibration,
    ),
    ("Depth of cells", "D.7's probes: median, quartiles, 5 to 95 % of accuracy (Figure 19).", _depth),
]
_RUNS: list[tuple[str, str, Callable[..., Any]]] = [
    (
        "Trajectories",
        "Error of the incumbent without noise: mean and 90 % of runs, each on its scale (Figure 4).",
        _trajectories,
    ),
    (
        "Trajectories beside the truth's",
        "What is found, by the truth, and own values of it; 95 % of such bands hold the whole mean curve.",
        _differences,
    ),
    (
        "The logged run",
        "The optimizer's run in the table, and median and 95 % range of runs on models without it.",
        _replayed,
    ),
]
