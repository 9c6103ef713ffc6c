"""Writes `docs/reality.md` and `.svg`: how far the emulated ground truth stands for CIFAR-10 trainings.

    python -m docs.reality cifar10-random-search-v1.0 --predictions FOLDER

The rows are those of NAS-Bench-Suite-Zero's public file, which `nb301 tables import` reads; FOLDER has
published predictions of the paper's own models, `xgb_v10_predictions.parquet` and
`xgb_v09_predictions.parquet` (columns `genotype` and `val_accuracy`). Neither is part of this repository.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import altair as alt
import numpy as np
import pandas as pd
import typer
import vl_convert
from numpy.typing import NDArray

from nb301 import list_releases, load, tables
from nb301.files import write_text
from nb301.metrics import r2, sparse_kendall_tau, spearman
from nb301.space import PARAMETER_FREE, Genotype, Op
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split
from nb301.truth.base import is_emulated
from nb301.truth.emulated import EmulatedTruth
from validation.intervals import bootstrap_interval

HERE = Path(__file__).parent
#: Okabe & Ito (2008).
COLOURS = ("#0072B2", "#D55E00")
SEED = 301
Array = NDArray[np.float64]

_ABOUT = """# How far the emulation stands for reality

The releases `emulated-*` rest on a function, the emulated ground truth 1.0, in place of trainings. Here it
and they are held against {rows:,} architectures of random search that the authors of NAS-Bench-301 really
trained on CIFAR-10 (Siems et al., 2020; the accuracies of the last epoch are from NAS-Bench-Suite-Zero,
Krishnakumar et al., 2022; both Apache-2.0), and against published predictions of the paper's own models.
The rows are no part of this repository.

![Left: accuracy of trainings against the emulated truth's expectation, darker where there are more; right:
mean accuracy by the number of each operation in the normal cell, of trainings and of the emulated
truth](reality.svg)

## All of them

R2 is that of predictions whose mean is moved to the trainings' mean: the emulation stands for the best
epoch, the rows are of the last. Each row is one training: with the paper's noise between seeds, 1.6e-3
(Section 3.3), an R2 of {ceiling:.2f} is the most that could be reached. Releases that were fitted to these
rows are judged on the {test:,} test rows alone. Intervals are of 95 %, by bootstrap.

`python -m docs.reality TABLE --predictions FOLDER` writes this page; its first lines say what that needs.

| | R2 | sparse Kendall tau | Spearman |
|---|---|---|---|
"""
#: What trainings of one architecture differ by, std, fraction (Section 3.3).
_NOISE = 1.6e-3
_NORMAL = {"no": (0, 0), "one or two": (1, 2), "three or four": (3, 4), "five or more": (5, 8)}


def main(
    table: Annotated[str, typer.Argument(help="Name of the table, or a .parquet file.")],
    predictions: Annotated[Path, typer.Option(help="Folder of the paper's models' predictions.")],
) -> None:
    """Write the page and draw the figure."""
    trained = tables.load(table)
    page = "\n".join(_page(trained, predictions)) + "\n"
    write_text(HERE / "reality.md", page)
    write_text(HERE / "reality.svg", _figure(trained))
    typer.echo(page)


def _page(trained: EvaluationTable, folder: Path) -> Iterator[str]:
    accuracy = trained.rows["val_accuracy"].to_numpy(dtype=np.float64)
    genotypes, test = trained.genotypes, stratified_split(trained, SEED).test
    yield _ABOUT.format(rows=len(trained), test=len(test), ceiling=1 - _NOISE**2 / accuracy.var()).rstrip()
    emulated = EmulatedTruth().mean(genotypes)
    yield _agreement("emulated truth 1.0", accuracy, emulated)
    for name in list_releases():
        release = load(name).release
        if is_emulated(release.manifest.truth):
            yield _agreement(f"`{name}`", accuracy, load(name).query(genotypes).mean)
        elif release.manifest.table.content_hash == trained.content_hash:
            tested = [genotypes[row] for row in test]
            yield _agreement(f"`{name}`, test rows", accuracy[test], load(name).query(tested).mean)
    yield from _regions(genotypes, accuracy, emulated)
    yield from _beside_the_papers_models(folder)


def _agreement(what: str, accuracy: Array, predicted: Array) -> str:
    moved = predicted + (accuracy.mean() - predicted.mean())
    scores = []
    for statistic in (r2, sparse_kendall_tau, spearman):
        low, high = bootstrap_interval(lambda rows, s=statistic: s(accuracy[rows], moved[rows]), len(moved))
        scores.append(f"{statistic(accuracy, moved):.3f} ({low:.3f} to {high:.3f})")
    return f"| {what} | {' | '.join(scores)} |"


def _regions(genotypes: list[Genotype], accuracy: Array, emulated: Array) -> Iterator[str]:
    """Where the emulated truth is right, and where not."""
    yield from ("", "## By region", "")
    yield "Mean accuracy in percent and Spearman within architectures whose normal cell has so many"
    yield "operations without parameters, or of one kind; the emulation's mean is moved as above."
    yield from (
        "",
        "| normal cell | architectures | trained | emulated | Spearman |",
        "|---|---|---|---|---|",
    )
    moved = emulated + (accuracy.mean() - emulated.mean())
    counts = {op: _counts(genotypes, op) for op in Op}
    free = np.sum([counts[op] for op in PARAMETER_FREE], axis=0)
    counts_of: dict[str, NDArray[np.int64]] = {"operations without parameters": free}
    counts_of |= {op.name: counts[op] for op in PARAMETER_FREE}
    for what, count in counts_of.items():
        for words, (least, most) in _NORMAL.items():
            chosen = (count >= least) & (count <= most)
            if chosen.sum() >= 25:
                yield (
                    f"| {words} {what} | {chosen.sum():,} | {100 * accuracy[chosen].mean():.2f} | "
                    f"{100 * moved[chosen].mean():.2f} | {spearman(accuracy[chosen], moved[chosen]):.3f} |"
                )
    best = accuracy >= np.quantile(accuracy, 0.9)
    yield (
        f"| the best tenth by training | {best.sum():,} | {100 * accuracy[best].mean():.2f} | "
        f"{100 * moved[best].mean():.2f} | {spearman(accuracy[best], moved[best]):.3f} |"
    )


def _beside_the_papers_models(folder: Path) -> Iterator[str]:
    """Rank correlation with published predictions, which have the noise of a draw."""
    yield from ("", "## Beside the paper's own models", "")
    yield "Spearman with predictions of XGB v1.0 and v0.9 for uniform architectures, drawn with noise."
    files = {"XGB v1.0": "xgb_v10_predictions.parquet", "XGB v0.9": "xgb_v09_predictions.parquet"}
    published = {name: pd.read_parquet(folder / file) for name, file in files.items()}
    counts = " | ".join(f"{name}, {len(rows):,}" for name, rows in published.items())
    yield from ("", f"| | {counts} |", "|---|---|---|")
    genotypes = {name: [*map(Genotype.parse, rows["genotype"])] for name, rows in published.items()}
    yield _correlations(
        "emulated truth 1.0", published, {n: EmulatedTruth().mean(g) for n, g in genotypes.items()}
    )
    for release in list_releases():
        if not release.startswith("fashion"):
            asked = {name: load(release).query(many).mean for name, many in genotypes.items()}
            yield _correlations(f"`{release}`", published, asked)


def _correlations(what: str, published: Mapping[str, pd.DataFrame], asked: Mapping[str, Array]) -> str:
    values = []
    for name, rows in published.items():
        values.append(f"{spearman(rows['val_accuracy'].to_numpy(), asked[name]):.3f}")
    return f"| {what} | {' | '.join(values)} |"


def _counts(genotypes: list[Genotype], op: Op) -> NDArray[np.int64]:
    return np.array([genotype.normal.count(op) for genotype in genotypes], dtype=np.int64)


def _figure(trained: EvaluationTable) -> str:
    accuracy = trained.rows["val_accuracy"].to_numpy(dtype=np.float64)
    genotypes = trained.genotypes
    emulated = EmulatedTruth().mean(genotypes)
    moved = emulated + (accuracy.mean() - emulated.mean())
    chart = alt.hconcat(
        _density(moved, accuracy), _by_count(genotypes, {"trained": accuracy, "emulated": moved})
    )
    chart = chart.configure(background="white", font="system-ui, 'Liberation Sans', Arial, sans-serif")
    version = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
    svg: str = vl_convert.vegalite_to_svg(json.loads(chart.to_json()), vl_version=version)
    return svg + "\n"


def _density(emulated: Array, accuracy: Array) -> alt.Chart:
    """How many architectures lie where, in cells of a tenth of a point."""
    step = 0.1
    counts, x_edges, y_edges = np.histogram2d(
        100 * emulated, 100 * accuracy, bins=(np.arange(89.9, 95, step), np.arange(89.9, 95, step))
    )
    cells = []
    for column, row in zip(*np.nonzero(counts), strict=True):
        x, y = x_edges[column], y_edges[row]
        cells.append({"x": x, "x2": x + step, "y": y, "y2": y + step, "n": int(counts[column, row])})
    scale, ticks = alt.Scale(domain=[89.9, 95], nice=False), alt.Axis(tickCount=6)
    return (
        alt.Chart(alt.InlineData(values=cells), width=300, height=300)
        .mark_rect()
        .encode(
            alt.X(
                "x:Q",
                title="Emulated truth's expectation, moved (%)",
                scale=scale,
                axis=ticks,
            ),
            alt.X2("x2:Q"),
            alt.Y("y:Q", title="Accuracy of the training (%)", scale=scale),
            alt.Y2("y2:Q"),
            alt.Color("n:Q", title="Architectures", scale=alt.Scale(scheme="blues", type="log")),
        )
    )


def _by_count(genotypes: list[Genotype], accuracies: Mapping[str, Array]) -> alt.FacetChart:
    """Mean accuracy by the number of an operation in the normal cell."""
    rows = []
    for op in Op:
        counts = _counts(genotypes, op)
        for name, accuracy in accuracies.items():
            for n in range(5):
                if (counts == n).sum() >= 25:
                    rows.append(
                        {"op": op.name, "n": n, "of": name, "mean": 100 * accuracy[counts == n].mean()}
                    )
    return (
        alt.Chart(alt.InlineData(values=rows), width=110, height=125)
        .mark_line(point=True)
        .encode(
            alt.X("n:O", title="In the normal cell", axis=alt.Axis(labelAngle=0)),
            alt.Y("mean:Q", title="Mean accuracy (%)", scale=alt.Scale(zero=False)),
            alt.Color("of:N", title=None, scale=alt.Scale(range=[*COLOURS]), legend=alt.Legend(orient="top")),
        )
        .facet(alt.Facet("op:N", title=None), columns=4)
    )


if __name__ == "__main__":
    typer.run(main)
