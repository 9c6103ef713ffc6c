"""Writes `docs/reality.md` and `.svg`: how far the emulated ground truth stands for CIFAR-10 trainings.

    python -m docs.reality cifar10-random-search-v1.0 --predictions FOLDER

The rows are those of NAS-Bench-Suite-Zero's public file, which `nb301 tables import` reads; FOLDER is that
of `docs/emulation_fit.py`, with the same rows by `id` and published predictions of the paper's own models.
Neither is part of this repository. What the emulated truth was fitted to has no part in its agreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import altair as alt
import numpy as np
import typer
from numpy.typing import NDArray

from docs.drawing import COLOURS, svg
from docs.emulation_fit import is_left_out, read
from nb301 import list_releases, load, tables
from nb301.files import write_text
from nb301.metrics import r2, sparse_kendall_tau, spearman
from nb301.space import PARAMETER_FREE, Genotype, Op, from_codes
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split
from nb301.truth.base import TruthKind, described, is_emulated, kind_of
from nb301.truth.emulated import EmulatedTruth
from validation.intervals import bootstrap_interval

HERE = Path(__file__).parent
SEED = 301
Array = NDArray[np.float64]

_ABOUT = """# How far the emulation stands for reality

The releases `emulated-*` rest on a function, the ground truth {truth}, in place of trainings. Here it and
they are held against architectures of random search that the authors of NAS-Bench-301 really trained on
CIFAR-10 (Siems et al., 2020; the accuracies of the last epoch are from NAS-Bench-Suite-Zero, Krishnakumar et
al., 2022; both Apache-2.0), and against published predictions of the paper's own models. The rows are no part
of this repository. [Releases that were fitted to them](real-releases.md) have a page of their own, and [the
function](emulation.md), too: it was fitted to four fifths of these {rows:,} trainings, and of XGB v0.9's
predictions. The fifths that it has not seen are what follows: {unseen:,} trainings.

**In short**: it stands for which operations help and which hurt, and for the order of random architectures
(Spearman {overall:.2f}). It says much less of the order of good ones: within the best tenth of the trainings
Spearman is {of_best:.2f}, where noise takes its part, within the best tenth of XGB v0.9's predictions
{of_best_published:.2f}. So results on `emulated-*` releases are results of method: which optimizer comes
closer to a truth of this kind, and not which architecture is best on CIFAR-10.

![Left: accuracy of trainings against the emulated truth's expectation, darker where there are more; right:
mean accuracy by the number of each operation in the normal cell, of trainings and of the emulated
truth](reality.svg)

## All of them

R2 is that of predictions whose mean is moved to the trainings' mean: the emulation stands for the best
epoch, the rows are of the last. Not moved, the emulated truth has {unmoved:.3f}. Each row is one training:
with the paper's noise between seeds, 1.6e-3 (Section 3.3), an R2 of {ceiling:.2f} is the most that could be
reached. Releases that were fitted to these rows are judged on the {test:,} test rows alone. Intervals are of
95 %, by bootstrap.

`python -m docs.reality TABLE --predictions FOLDER` writes this page; its first lines say what that needs.

| | R2 | sparse Kendall tau | Spearman |
|---|---|---|---|
"""
#: What trainings of one architecture differ by, std, fraction (Section 3.3).
_NOISE = 1.6e-3
#: Architectures of a region, and points of a curve, at least.
_FEWEST = 25
_TRUTH = f"the truth, {described(EmulatedTruth())}"
_NORMAL = {"no": (0, 0), "one or two": (1, 2), "three or four": (3, 4), "five or more": (5, 8)}


def main(
    table: Annotated[str, typer.Argument(help="Name of the table, or a .parquet file.")],
    predictions: Annotated[Path, typer.Option(help="Folder of the paper's models' predictions.")],
) -> None:
    """Write the page and draw the figure."""
    trained = tables.load(table)
    unseen = _unseen(trained, predictions)
    page = "\n".join(_page(trained, unseen, predictions)) + "\n"
    write_text(HERE / "reality.md", page)
    write_text(HERE / "reality.svg", _figure(unseen))
    typer.echo(page)


class _Accuracies(NamedTuple):
    """Of trainings, or by one of the paper's models: what the emulated truth has not seen."""

    genotypes: list[Genotype]
    accuracy: Array


def _page(trained: EvaluationTable, unseen: _Accuracies, folder: Path) -> Iterator[str]:
    genotypes, accuracy = unseen
    published = _published(folder)
    theirs = published["XGB v0.9"]
    asked, asked_of_theirs = _emulations(genotypes), _emulations(theirs.genotypes)
    yield _ABOUT.format(
        truth=described(EmulatedTruth()),
        rows=len(trained),
        unseen=len(genotypes),
        test=len(stratified_split(trained, SEED).test),
        ceiling=1 - _NOISE**2 / accuracy.var(),
        unmoved=r2(accuracy, asked[_TRUTH]),
        overall=spearman(accuracy, asked[_TRUTH]),
        of_best=_within(_best(accuracy), accuracy, asked[_TRUTH]),
        of_best_published=_within(_best(theirs.accuracy), theirs.accuracy, asked_of_theirs[_TRUTH]),
    ).rstrip()
    for name, predicted in asked.items():
        yield agreement(name, accuracy, predicted)
    yield from _fitted_to(trained)
    yield from ("", "## By region", "")
    yield "Mean accuracy in percent, and Spearman, within architectures whose normal cell has so many"
    yield "operations without parameters, or of one kind; the emulated truth's mean is moved as above."
    yield from _by_region(genotypes, accuracy, "trained", asked)
    yield from _beside_the_papers_models(published)
    yield ""
    yield "Of XGB v0.9's predictions, by region:"
    yield from _by_region(theirs.genotypes, theirs.accuracy, "XGB v0.9", asked_of_theirs)


def _unseen(trained: EvaluationTable, folder: Path) -> _Accuracies:
    """The trainings that the emulated truth's fit left out."""
    listed = read(folder, "cifar10_random_search")
    left_out = {genotype.key for genotype in from_codes(listed.codes[is_left_out(listed)])}
    genotypes = trained.genotypes
    rows = [row for row, genotype in enumerate(genotypes) if genotype.key in left_out]
    accuracy = trained.rows["val_accuracy"].to_numpy(dtype=np.float64)
    return _Accuracies([genotypes[row] for row in rows], accuracy[rows])


def _fitted_to(trained: EvaluationTable) -> Iterator[str]:
    """Agreement of the releases that rest on the trainings, on their test rows."""
    test = stratified_split(trained, SEED).test
    accuracy = trained.rows["val_accuracy"].to_numpy(dtype=np.float64)[test]
    genotypes = trained.genotypes
    tested = [genotypes[row] for row in test]
    for name in list_releases():
        if load(name).release.manifest.table.content_hash == trained.content_hash:
            yield agreement(f"`{name}`, test rows", accuracy, load(name).query(tested).mean)


def _emulations(genotypes: list[Genotype]) -> dict[str, Array]:
    """What the emulated truth and the releases that rest on it predict, fractions, by name."""
    asked = {_TRUTH: EmulatedTruth().mean(genotypes)}
    for name in list_releases():
        if is_emulated(load(name).release.manifest.truth):
            asked[f"`{name}`"] = load(name).query(genotypes).mean
    return asked


def _best(accuracy: Array) -> NDArray[np.bool_]:
    """Which are the best tenth."""
    return np.asarray(accuracy >= np.quantile(accuracy, 0.9))


def _within(chosen: NDArray[np.bool_], accuracy: Array, predicted: Array) -> float:
    return spearman(accuracy[chosen], predicted[chosen])


def agreement(what: str, accuracy: Array, predicted: Array) -> str:
    """A row of R2, sparse Kendall tau and Spearman with intervals, of predictions with their mean moved."""
    moved = predicted + (accuracy.mean() - predicted.mean())
    scores = []
    for statistic in (r2, sparse_kendall_tau, spearman):
        low, high = bootstrap_interval(lambda rows, s=statistic: s(accuracy[rows], moved[rows]), len(moved))
        scores.append(f"{statistic(accuracy, moved):.3f} ({low:.3f} to {high:.3f})")
    return f"| {what} | {' | '.join(scores)} |"


def _by_region(
    genotypes: list[Genotype], accuracy: Array, what: str, asked: Mapping[str, Array]
) -> Iterator[str]:
    """Where the emulation is right, and where not; of releases, those that were fitted to all rows."""
    shown = [name for name in asked if "-rand-" not in name]
    heads = " | ".join(f"Spearman, {name}" for name in shown)
    yield from ("", f"| normal cell | architectures | {what} | emulated | {heads} |")
    yield "|---|---|---|---|" + "---|" * len(shown)
    moved = asked[_TRUTH] + (accuracy.mean() - asked[_TRUTH].mean())
    for region, chosen in regions(genotypes, accuracy):
        means = f"{100 * accuracy[chosen].mean():.2f} | {100 * moved[chosen].mean():.2f}"
        ranked = " | ".join(f"{_within(chosen, accuracy, asked[name]):.3f}" for name in shown)
        yield f"| {region} | {chosen.sum():,} | {means} | {ranked} |"


def regions(genotypes: list[Genotype], accuracy: Array) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Regions with enough architectures, in words, and which are in them."""
    counts = {op: _counts(genotypes, op) for op in PARAMETER_FREE}
    counts_of: dict[str, NDArray[np.int64]] = {
        "operations without parameters": np.sum([*counts.values()], axis=0)
    }
    counts_of |= {op.name: count for op, count in counts.items()}
    for what, count in counts_of.items():
        for words, (least, most) in _NORMAL.items():
            chosen = (count >= least) & (count <= most)
            if chosen.sum() >= _FEWEST:
                yield f"{words} {what}", chosen
    yield "the best tenth by these accuracies", _best(accuracy)


def _published(folder: Path) -> dict[str, _Accuracies]:
    """Predictions of the paper's models, drawn with noise."""
    found = {}
    for name, file in {"XGB v1.0": "xgb_v10_predictions", "XGB v0.9": "xgb_v09_predictions"}.items():
        predictions = read(folder, file)
        # no row of v1.0 is in the fit
        chosen = is_left_out(predictions) | (name == "XGB v1.0")
        accuracy = predictions.percent("val_accuracy")[chosen] / 100
        found[name] = _Accuracies(from_codes(predictions.codes[chosen]), accuracy)
    return found


def _beside_the_papers_models(published: Mapping[str, _Accuracies]) -> Iterator[str]:
    """Rank correlation with published predictions."""
    yield from ("", "## Beside the paper's own models", "")
    yield "Spearman with predictions of XGB v1.0 and v0.9 for uniform architectures, drawn with noise."
    counts = " | ".join(f"{name}, {len(theirs.accuracy):,}" for name, theirs in published.items())
    yield from ("", f"| | {counts} |", "|---|---|---|")
    asked = {name: EmulatedTruth().mean(theirs.genotypes) for name, theirs in published.items()}
    yield _correlations(_TRUTH, published, asked)
    for release in list_releases():
        if kind_of(load(release).release.manifest.truth) is not TruthKind.OTHER:
            asked = {name: load(release).query(theirs.genotypes).mean for name, theirs in published.items()}
            yield _correlations(f"`{release}`", published, asked)


def _correlations(what: str, published: Mapping[str, _Accuracies], asked: Mapping[str, Array]) -> str:
    values = [f"{spearman(theirs.accuracy, asked[name]):.3f}" for name, theirs in published.items()]
    return f"| {what} | {' | '.join(values)} |"


def _counts(genotypes: list[Genotype], op: Op) -> NDArray[np.int64]:
    return np.array([genotype.normal.count(op) for genotype in genotypes], dtype=np.int64)


def _figure(unseen: _Accuracies) -> str:
    genotypes, accuracy = unseen
    emulated = EmulatedTruth().mean(genotypes)
    moved = emulated + (accuracy.mean() - emulated.mean())
    return svg(
        alt.hconcat(density(moved, accuracy), _by_count(genotypes, {"trained": accuracy, "emulated": moved}))
    )


def density(emulated: Array, accuracy: Array) -> alt.Chart:
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
                if (counts == n).sum() >= _FEWEST:
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
