"""Writes `docs/trainings.md` and `.svg`: real trainings beside the emulated ground truth, and what holds.

`tox run -e figures` runs it, as `python -m docs.trainings`. Every number comes from the embedded tables
and `docs/validation.json`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from docs.drawing import COLOURS, svg
from docs.validation import beside_each_other, interval_text
from nb301 import tables
from nb301.cli.tables import DEFAULT_TABLE
from nb301.metrics import kendall_tau, spearman
from nb301.releases.report import ReportedClaim, read_report
from nb301.space import PARAMETER_FREE, Genotype, Op
from nb301.tables.schema import EvaluationTable
from nb301.tables.statistics import Comparison, beside_the_paper, noise_variance, skips_in_probes
from nb301.truth.emulated import EmulatedTruth
from validation.intervals import bootstrap_interval

HERE = Path(__file__).parent
EMULATED, REAL = DEFAULT_TABLE, "fashion-mnist-tiny-v1.0"
Array = NDArray[np.float64]

_ABOUT = """# Real trainings

Of the embedded tables this one is real: {rows:,} networks were trained, on two CPU cores, by

    nb301 collect --all --truth training --data fashion-mnist --preset tiny

**They are small**: 8 channels, 3 cells, the last two of them reduction cells, 3 epochs on 4,000
Fashion-MNIST images of 8x8 pixels. Their accuracies are not those of the paper's CIFAR-10 trainings, on
which [other releases](real-releases.md) rest; they show what a real ground truth of this search space looks
like, with real noise. `python -m docs.trainings`
writes this page, from the tables and `docs/validation.json`.

A stack of 64 networks trains in about 7.4 minutes of one core, 7 s a network. In steps of 64 images that is
3.7 to 5.3 times as fast as one after the other (`pytest tests/bench/test_training.py --benchmark-only`).

## Why Fashion-MNIST

Before the table was made, twelve random architectures were trained with five seeds each. On
`fashion-mnist`, preset `tiny`, accuracies lie 3.9 points (std) apart between architectures and 1.05 between
seeds, 3.7 times the noise; on `digits` 10.6 and 3.4 points, 3.1 times. The first stand out better. Twelve say
little of a spread: of the {random:,} random architectures of the table it is {spread:.1f} points, {ratio:.1f}
times the noise of {noise:.2f}.

## Beside the emulated table

![Left: accuracy of trainings against the emulated truth's expectation for the same architectures; right: mean
accuracy with more and more operations without parameters, of both](trainings.svg)
"""
_RUNTIMES = """
Runtimes are shares of a stack's: 64 networks are trained as one, each for its even part of the time that this
took on a machine that did other things, too. They tell nothing of an architecture, and no runtime model can.
"""


def main() -> None:
    """Write the page and draw the figure."""
    real, emulated = tables.load(REAL), tables.load(EMULATED)
    page = "\n".join(_page(real, emulated)) + "\n"
    (HERE / "trainings.md").write_text(page, encoding="utf-8")
    (HERE / "trainings.svg").write_text(_figure(real, emulated), encoding="utf-8")
    print(page)


def _page(real: EvaluationTable, emulated: EvaluationTable) -> Iterator[str]:
    random = real.of("rs").rows["val_accuracy"]
    noise = noise_variance(real) ** 0.5
    # what single trainings show of the spread is more than there is
    spread = (float(random.var()) - noise**2) ** 0.5
    yield _ABOUT.format(
        rows=len(real), random=len(random), spread=100 * spread, noise=100 * noise, ratio=spread / noise
    )
    yield from _agreement(real)
    yield from _operations(real, emulated)
    yield from ("", "| statistic | paper, CIFAR-10 | emulated | real |", "|---|---|---|---|")
    others = {comparison.statistic: comparison for comparison in beside_the_paper(emulated)}
    for comparison in beside_the_paper(real):
        yield _statistic(comparison, others.get(comparison.statistic))
    yield from ("", "## What holds of the paper's claims", "")
    yield "Declared in `validation/claims/fashionmnisttiny.toml` before any result was looked at: value, 95 %"
    yield "interval and threshold; the ceiling is what noise allows, or what the trainings themselves give."
    yield from _claims()
    yield _RUNTIMES


def _statistic(real: Comparison, emulated: Comparison | None) -> str:
    other = "" if emulated is None else emulated.table
    return f"| {real.statistic} ({real.source}) | {real.paper} | {other} | {real.table} |"


def _agreement(table: EvaluationTable) -> Iterator[str]:
    """How far the emulated truth ranks architectures as these trainings do; of others, see `reality`."""
    random = table.of("rs")
    accuracy = random.rows["val_accuracy"].to_numpy(dtype=np.float64)
    reliability = 1 - noise_variance(table) / float(accuracy.var())
    yield "**How far the emulation stands for reality** is told by [CIFAR-10 trainings](reality.md), not by"
    yield "these: the networks are too small, and trained too briefly. Rank correlations with what one"
    yield f"training of each of {len(random):,} random architectures gave; the square root of the share of"
    yield "variance that is not noise,"
    yield f"about what a ranking without error reaches, is {reliability**0.5:.2f}."
    yield from ("", "| ranked by | Spearman | Kendall |", "|---|---|---|")
    for what, values in _predictors(random).items():
        rho, tau = (_with_interval(statistic, accuracy, values) for statistic in (spearman, kendall_tau))
        yield f"| {what} | {rho} | {tau} |"


def _predictors(random: EvaluationTable) -> dict[str, Array]:
    genotypes = random.genotypes
    return {
        "the emulated truth's expectation": EmulatedTruth().mean(genotypes),
        "multiply-adds": random.rows["multiply_adds"].to_numpy(dtype=np.float64),
        "separable convolutions": _count(genotypes, Op.sep_conv_3x3) + _count(genotypes, Op.sep_conv_5x5),
        "fewer operations without parameters, normal cell": -_parameter_free(genotypes),
    }


def _parameter_free(genotypes: list[Genotype]) -> Array:
    """Number of operations without parameters in the normal cell."""
    counts = np.zeros(len(genotypes))
    for op in PARAMETER_FREE:
        counts += [genotype.normal.count(op) for genotype in genotypes]
    return counts


def _operations(real: EvaluationTable, emulated: EvaluationTable) -> Iterator[str]:
    """What an operation does, by cell."""
    yield from (
        "",
        "Rank correlation of accuracy with the number of an operation, of random architectures:",
        "",
    )
    yield "| operation | normal cell, emulated | real | reduction cell, emulated | real |"
    yield "|---|---|---|---|---|"
    for op in Op:
        cells = []
        for cell in ("normal", "reduce"):
            for table in (emulated, real):
                random = table.of("rs")
                counts = np.array([getattr(g, cell).count(op) for g in random.genotypes], dtype=np.float64)
                cells.append(f"{spearman(random.rows['val_accuracy'].to_numpy(), counts):+.2f}")
        yield f"| {op.name} | {' | '.join(cells)} |"


def _count(genotypes: list[Genotype], op: Op) -> Array:
    return np.array([g.normal.count(op) + g.reduce.count(op) for g in genotypes], dtype=np.float64)


def _with_interval(statistic: Any, one: Array, other: Array) -> str:
    low, high = bootstrap_interval(lambda r: statistic(one[r], other[r]), len(one))
    return f"{statistic(one, other):.3f} ({low:.3f} to {high:.3f})"


def _claims() -> Iterator[str]:
    report = read_report(HERE / "validation.json")
    releases = [release for release in report.releases if release.truth.startswith("fashion")]
    names = [release.name for release in releases]
    yield from ("", f"| claim | {' | '.join(names)} |", "|---|" + "---|" * len(names))
    for claims in beside_each_other(releases).values():
        first = next(filter(None, claims))
        symbol = first.symbol.replace("|", "\\|")
        yield f"| {first.statement}: {symbol} | {' | '.join(map(_cell, claims))} |"


def _cell(claim: ReportedClaim | None) -> str:
    if claim is None:
        return ""
    sign = claim.verdict.sign
    if claim.value is None:
        return sign
    ceiling = "" if claim.ceiling is None else f", ceiling {claim.ceiling:.3g}"
    bound = f"{claim.direction.sign} {claim.threshold:.3g}"
    return f"{sign} {claim.value:.3g}{interval_text(claim)}, {bound}{ceiling}"


def _figure(real: EvaluationTable, emulated: EvaluationTable) -> str:
    random = real.of("rs")
    points = []
    for expected, trained in zip(
        EmulatedTruth().mean(random.genotypes), random.rows["val_accuracy"], strict=True
    ):
        points.append({"emulated": round(100 * expected, 3), "real": round(100 * trained, 3)})
    zero = alt.Scale(zero=False, nice=False)
    scatter = (
        alt.Chart(alt.InlineData(values=points), width=300, height=260)
        .mark_circle(size=12, opacity=0.5, color=COLOURS[0])
        .encode(
            alt.X("emulated:Q", title="Emulated truth's expectation (%)", scale=zero),
            alt.Y("real:Q", title="Accuracy of the training (%)", scale=zero),
        )
    )
    chart = alt.hconcat(scatter, _collapse({"emulated": emulated, "real trainings": real}))
    return svg(chart)


def _collapse(tables_by_name: dict[str, EvaluationTable]) -> alt.FacetChart:
    """Mean accuracy by the number of an op, in stds between random architectures below their mean."""
    rows = []
    for name, table in tables_by_name.items():
        random = table.of("rs").rows["val_accuracy"]
        for op in PARAMETER_FREE:
            means = (skips_in_probes(table, op) - random.mean()) / random.std()
            for n, mean in enumerate(means.tolist()):
                rows.append({"truth": name, "op": op.name, "n": n, "mean": mean})
    return (
        alt.Chart(alt.InlineData(values=rows), width=130, height=260)
        .mark_line(point=True)
        .encode(
            alt.X("n:O", title="Number in the normal cell", axis=alt.Axis(labelAngle=0)),
            alt.Y("mean:Q", title="Accuracy (stds between random ones)"),
            alt.Color(
                "truth:N", title=None, scale=alt.Scale(range=[*COLOURS]), legend=alt.Legend(orient="top")
            ),
        )
        .facet(alt.Column("op:N", title=None))
    )


if __name__ == "__main__":
    main()
