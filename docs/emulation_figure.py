"""The figure of `docs/emulation.py`: trainings that the fit has not seen, counts of ops, learning curves."""

from __future__ import annotations

import altair as alt
import numpy as np
from numpy.typing import NDArray

from docs.drawing import COLOURS, svg
from docs.emulation_fit import Published, is_uniform
from docs.emulation_measures import Files, by_count
from docs.reality import density
from nb301.space import Genotype, Op, from_codes
from nb301.truth.emulated import EmulatedTruth

Array = NDArray[np.float64]
_TRUTH, _YAHPO = "emulated truth", "YAHPO Gym, moved"
_SEED, _SIZE = 1, 250
_COLOUR = alt.Color(
    "of:N",
    title=None,
    scale=alt.Scale(domain=[_TRUTH, _YAHPO], range=[*COLOURS]),
    legend=alt.Legend(orient="top"),
)
_SHOWN = (Op.skip_connect, Op.max_pool_3x3, Op.avg_pool_3x3, Op.sep_conv_3x3)


def figure(truth: EmulatedTruth, files: Files, one: Genotype) -> str:
    """Draw trainings against the truth, mean accuracy by counts of ops, and learning curves, one's too."""
    left = density(files.trained.expected(truth), files.trained.accuracy).properties(
        width=_SIZE, height=_SIZE
    )
    return svg(alt.hconcat(left, _counts(truth, files.curves), _learning(truth, files.curves, one)))


def _counts(truth: EmulatedTruth, curves: Published) -> alt.FacetChart:
    """Mean accuracy by the number of an op in the normal cell; YAHPO's curves have the truth's mean."""
    expected, last = 100 * truth.mean(from_codes(curves.codes)), curves.percent("epoch_98")
    rows = []
    for op in _SHOWN:
        ours, theirs = (by_count(curves, values, "normal", op) for values in (expected, last))
        for name, means in {_TRUTH: ours, _YAHPO: theirs + (ours - theirs).mean()}.items():
            for n, mean in enumerate(means.tolist()):
                rows.append({"op": op.name, "n": n, "of": name, "mean": round(mean, 4)})
    return (
        alt.Chart(alt.InlineData(values=rows), width=118, height=88)
        .mark_line(point=True)
        .encode(
            alt.X("n:O", title="In the normal cell", axis=alt.Axis(labelAngle=0)),
            alt.Y(
                "mean:Q", title="Mean accuracy (%)", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)
            ),
            _COLOUR,
        )
        .facet(alt.Facet("op:N", title=None, sort=[op.name for op in _SHOWN]), columns=2)
    )


def _learning(truth: EmulatedTruth, curves: Published, one: Genotype) -> alt.LayerChart:
    """Mean learning curves of uniform architectures, and that of one training."""
    uniform = is_uniform(curves)
    ours = 100 * truth.learning_curves(from_codes(curves.codes[uniform]), _SEED).val_accuracy.mean(axis=0)
    lower = ours[-1] - curves.percent("epoch_98")[uniform].mean()
    rows, dots, run = [], [], []
    for epoch, accuracy in enumerate(ours.tolist(), start=1):
        rows.append({"epoch": epoch, "of": _TRUTH, "accuracy": round(accuracy, 4)})
    for epoch in epochs(curves):
        accuracy = curves.percent(f"epoch_{epoch}")[uniform].mean() + lower
        dots.append({"epoch": epoch, "of": _YAHPO, "accuracy": round(float(accuracy), 4)})
    for epoch, accuracy in enumerate((100 * truth.curve(one, _SEED).val_accuracy).tolist(), start=1):
        run.append({"epoch": epoch, "accuracy": round(accuracy, 4)})
    x = alt.X("epoch:Q", title="Epoch", scale=alt.Scale(domain=[0, 100]))
    y = alt.Y("accuracy:Q", title="Validation accuracy (%)", scale=alt.Scale(zero=False))
    layers = (
        alt.Chart(alt.InlineData(values=run)).mark_line(color="#999999", strokeWidth=1).encode(x, y),
        alt.Chart(alt.InlineData(values=rows)).mark_line().encode(x, y, _COLOUR),
        alt.Chart(alt.InlineData(values=dots)).mark_circle(size=36, opacity=1).encode(x, y, _COLOUR),
    )
    return alt.layer(*layers).properties(width=_SIZE, height=_SIZE)


def epochs(curves: Published) -> list[int]:
    """At which YAHPO's curves are given."""
    columns = [str(column) for column in curves.rows if str(column).startswith("epoch_")]
    return [int(column.removeprefix("epoch_")) for column in columns]
