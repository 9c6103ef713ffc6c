"""Draws `docs/optimizers.svg`: every black-box optimizer on the ground truth (Figures 4 and 7, left).

Run by `tox run -e figures`. As in the paper each line is one run, the one that the evaluation table
holds, against the trainings' summed runtimes; local search, which is not in the table, runs here.
"""

from __future__ import annotations

from pathlib import Path

import altair as alt
import numpy as np

from leaderboard.drawing.vega import Chart, Table, drawing, entry_colour, entry_dash, inline
from leaderboard.ranking.curves import Curve
from nb301 import tables
from nb301.cli.tables import DEFAULT_TABLE
from nb301.optimizers import OPTIMIZERS, Budget, Trajectory, simulate
from nb301.sources import SourceKind, sources_of
from nb301.tables.schema import EvaluationTable
from nb301.truth.base import described
from nb301.truth.emulated import EmulatedTruth

SECONDS = 1e7
NAMES = {name: source.title for name, source in sorted(sources_of(SourceKind.BLACK_BOX).items())}


def main() -> None:
    """Draw the figure, and print since when each optimizer is as good as random search in the end."""
    truth = EmulatedTruth()
    table = tables.load(DEFAULT_TABLE)
    runs = {name: _run(name, table, truth) for name in OPTIMIZERS}
    seconds = np.geomspace(SECONDS / 1000, SECONDS, 300)
    curves = [_curve(name, runs[name], seconds, truth) for name in NAMES]
    picture = drawing(_chart(curves, described(truth)), "light")
    Path(__file__).with_suffix(".svg").write_text(picture, encoding="utf-8")
    last = next(curve for curve in curves if curve.entry == "rs").median[-1]
    for curve in curves:
        errors = {f"{when:.0e}": round(_at(curve, when), 3) for when in (1e5, 1e6, 1e7)}
        # a lucky incumbent may be as good once, and lose to a luckier one: from when on it stays so
        behind = curve.seconds[curve.median > last]
        since = f"{behind[-1]:.1e} s" if len(behind) else "the start"
        print(
            f"{curve.name:24} error % {errors}; as good as random search after {SECONDS:.0e} s since {since}"
        )


def _chart(curves: list[Curve], truth: str) -> Chart:
    """The error of each incumbent over simulated time."""
    rows = []
    for curve in curves:
        for seconds, error in zip(curve.seconds.tolist(), curve.median.tolist(), strict=True):
            rows.append((curve.name, seconds, error))
    data, names = Table(("name", "seconds", "error"), tuple(rows)), [curve.name for curve in curves]
    time = alt.Scale(type="log", domain=[SECONDS / 1000, SECONDS], nice=False)
    lines = alt.Chart(inline(data.records())).mark_line(interpolate="step-after", strokeWidth=2.2)
    spec = lines.encode(
        x=alt.X("seconds:Q", title="Simulated time (seconds)", scale=time),
        y=alt.Y("error:Q", title="Validation error (%)", scale=alt.Scale(zero=False)),
        color=entry_colour(names, lines=True),
        strokeDash=entry_dash(names),
    ).properties(width=640, height=360, padding={"left": 5, "top": 5, "right": 60, "bottom": 5})
    about = f"Validation error of the incumbent over simulated seconds; ground truth: {truth}"
    return Chart("optimizers", "Optimizers", about, about, spec, data)


def _run(name: str, table: EvaluationTable, truth: EmulatedTruth) -> Trajectory:
    """The logged run of an optimizer, or a new one of those that the table has none of."""
    if not (table.rows["optimizer"] == name).any():
        optimizer = OPTIMIZERS[name](np.random.default_rng(0))
        return simulate(optimizer, truth.evaluate, Budget(seconds=SECONDS), seed=1)
    return _logged(table.of(name))


def _logged(table: EvaluationTable) -> Trajectory:
    rows = table.rows
    return Trajectory(
        genotypes=table.genotypes,
        seeds=rows["seed"].to_numpy(),
        val_accuracy=rows["val_accuracy"].to_numpy(),
        runtime=rows["runtime"].to_numpy(),
        clock=np.cumsum(rows["runtime"].to_numpy()),
    )


def _curve(name: str, run: Trajectory, seconds: np.ndarray, truth: EmulatedTruth) -> Curve:
    """The noise-free error of the incumbent, until the run ends."""
    seconds = seconds[seconds <= run.clock[-1]]
    incumbents, place = np.unique(run.incumbent_at(seconds), return_inverse=True)
    errors = 100 * (1 - truth.mean([run.genotypes[index] for index in incumbents]))[place]
    return Curve(name, NAMES[name], seconds, errors, errors, errors)


def _at(curve: Curve, seconds: float) -> float:
    return float(curve.median[np.searchsorted(curve.seconds, seconds * 1.001) - 1])


if __name__ == "__main__":
    main()
