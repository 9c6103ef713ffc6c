"""Writes `docs/emulation.md` and `.svg`: what the emulated ground truth is, and how well it agrees.

    python -m docs.emulation FOLDER

FOLDER is that of `docs/emulation_fit.py`. `docs/emulation-v1.json` has what the same measures, on the same
rows, gave for version 1.0, which the repository had up to commit 8085754.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from docs.emulation_figure import epochs, figure
from docs.emulation_fit import BEST_EPOCH, LANDMARKS, Published, is_uniform
from docs.emulation_measures import STATISTICS, Files, climb, measures, read_files, residuals, yahpo_kinds
from docs.reality import agreement, regions
from leaderboard.pages.methods import assumptions
from nb301.encodings import canonical
from nb301.files import write_text
from nb301.space import CELL_NAMES, Genotype, Op, from_codes, to_codes
from nb301.truth.base import described
from nb301.truth.emulated import CEILING, EmulatedTruth
from nb301.truth.emulation.accuracy import additive_accuracy
from nb301.truth.emulation.terms import FREE, beyond_free, terms
from nb301.truth.emulation.weights import POINT, weights

HERE = Path(__file__).parent
BEFORE = HERE / "emulation-v1.json"
Array = NDArray[np.float64]

_ABOUT = """# The emulated ground truth

Releases `emulated-*` rest on a function in place of trainings on CIFAR-10, the ground truth {truth}. This
page says what it is, and how well it agrees with real trainings and with what the paper's models predict.
**Its results are never CIFAR-10 results**: [what it stands for, and what not](reality.md).

![Left: accuracy of trainings that the fit has not seen against the truth's expectation, darker where there
are more; middle: mean accuracy by the number of an operation in the normal cell, of the truth and of YAHPO
Gym's surrogate; right: mean learning curves of both, and in grey that of one training of the DARTS
cell](emulation.svg)

`python -m docs.emulation FOLDER` writes this page; `docs/emulation_fit.py` says which public files it needs.

## What it is

Accuracy in percent is a sum over the edges of an architecture and over pairs of its edges, held below a
ceiling. To that come noise, by which trainings of one architecture differ, and, for learning curves, how far
each epoch is behind the best one:

    mean  = additive accuracy, held below a ceiling
    val   = mean + run noise + validation noise
    test  = mean - gap + run noise + test noise
    train = 100 - base - slope * (100 - mean) + train noise
    val after an epoch = val - how far behind the best epoch it is

An edge counts by its op and by where it comes from: input 0, input 1 or an intermediate node. Pairs count by
their two ops, so that isomorphic architectures are equal. No tree and no network is in it:

| terms | weights | std over architectures, points |
|---|---|---|
{terms}

**Learning curves** are one shape for all and two components, of which every edge adds its part; the noise of
epochs falls along a cosine. **Runtime** is a constant and a weight of each edge, by cell, origin and op, with
lognormal noise, linear in epochs. Weights are integers in
[`weights.toml`](../nb301/truth/emulation/weights.toml), so that sums are exact on every processor.

They are **fitted** by [`docs/emulation_fit.py`](emulation_fit.py), those of accuracies as one ridge
regression, to four fifths of 8,843 real trainings (their last epoch, and {best_epoch} points for the best
one) and of 8,557 predictions of the paper's XGB v0.9; with little weight to predictions of
YAHPO Gym's second surrogate, which alone knows cells of few operations; and to two published predictions.
Runtimes are fitted to the paper's LGB v0.9, curves to YAHPO Gym. All else:

| what | is | values |
|---|---|---|"""
_AGREES = """
## Agreement on what the fit has not seen

A fifth of the trainings, a fifth of XGB v0.9's predictions, all of XGB v1.0's. Predictions are moved to the
published mean: the truth stands for the best epoch, the rows are of the last. Version 1.0 is asked about the
same rows. With the truth's own noise, an R2 of {ceiling:.2f} with trainings is about the most that can be
reached. Intervals are of 95 %, by bootstrap.

| | R2 | sparse Kendall tau | Spearman |
|---|---|---|---|"""
_REGIONS = """
### By region

Mean of the truth less the published mean, points, after both are moved as above, and Spearman; in brackets
those of version 1.0. Regions are normal cells with so many operations without parameters, or of one kind.
"""
_CURVES = """
### Few operations

Random search never sees cells full of one operation; YAHPO Gym's second surrogate does. It is fitted to
NAS-Bench-301's training logs, weak in detail, and on uniform architectures {lower:.2f} points lower. Its
uniform architectures are left out of the fit, the others are in it with a weight of 0.05.

| architectures | | truth less YAHPO, points | Spearman |
|---|---|---|---|
{kinds}

Mean accuracy over 0 to 8 edges of one operation in a cell has YAHPO's shape: with both curves moved to the
same mean, they are at most {shape:.2f} points apart ({shape_before:.2f}). The largest difference of each, and
after the comma the largest if all are moved by the same {lower:.2f} points:

| operation | normal cell | reduction cell |
|---|---|---|
{curves}
"""
_CLIMB = """
## Nothing above the ceiling

The best of 8,843 random architectures has 94.69 % at the last epoch, about 94.84 at the best one, luck
included; the best of 9,594 predictions of XGB v0.9 and v1.0 for random architectures is 94.57. Incumbents of
good optimizers reach validation errors near 5e-2 (Figures 4 and 5). So the best expected accuracy is about
95. The truth's ceiling is {ceiling}: an assumption, as is how it is neared.

{starts:,} hill climbers took {steps:,} steps, one mutation each. The best of them ended at {best:.2f} %, half
of them at {median:.2f} or above. The sum is {additive:.2f} there: it extrapolates beyond all that it was
fitted to, and it is the ceiling that holds it. They end in {ends} different architectures; the best is

    {genotype}

Of the edges of their normal cells {normal};
of those of their reduction cells {reduce}.
"""
_LEARNING = """
## Learning curves

Mean validation accuracy of {n:,} uniform architectures after some epochs, percent, one training each; YAHPO's
as predicted, and moved by {lower:.2f} points so that the last epoch's are equal.

| epoch | truth | YAHPO, moved | YAHPO |
|---|---|---|---|
{epochs}

The best epoch, which is what a training's `val_accuracy` is, is {best:.2f} points better than the last one;
XGB v1.0's predictions, of best epochs, are {published} points above the trainings' last epochs.
"""
_NOISE = """
## Noise

Std of the left-out trainings around the truth's expectation, points, and of the noise that the truth gives to
trainings. What remains is what the truth does not know of their means: it is smaller where they are good.

| trainings expected in | residuals | the truth's noise | what remains |
|---|---|---|---|
{noise}
"""
#: Kinds of terms, in words.
_TERMS = {
    "edges": "every edge: by cell, origin and op",
    "anywhere": "two edges anywhere: by cells and ops",
    "side_by_side": "two edges that leave the same node: by cell, origin and ops",
    "in_line": "an edge that enters a node and one that leaves it: by cell, the first's origin, and ops",
}
#: Climbers, and mutations of each.
STARTS, MUTATIONS, SEED = 1000, 1000, 301


def main(folder: Annotated[Path, typer.Argument(help="Holds the four files.")]) -> None:
    """Write the page and draw the figure."""
    files = read_files(folder)
    page = "\n".join(_page(files)) + "\n"
    write_text(HERE / "emulation.md", page)
    write_text(HERE / "emulation.svg", figure(EmulatedTruth(), files, Genotype.parse(next(iter(LANDMARKS)))))
    typer.echo(page)


def _page(files: Files) -> Iterator[str]:
    truth = EmulatedTruth()
    now, before = measures(truth, files), json.loads(BEFORE.read_text(encoding="utf-8"))
    spread = "\n".join(_spread(files.trained.rows.codes))
    yield _ABOUT.format(truth=described(truth), terms=spread, best_epoch=BEST_EPOCH)
    for assumption in assumptions():
        values = ", ".join(f"`{name} = {value}`" for name, value in assumption.constants.values)
        yield f"| {assumption.constants.comment} | {assumption.origin} | {values} |"
    yield from _agreement(truth, files, before)
    yield from _regions(files, now, before)
    yield _few(files.curves, now, before).rstrip()
    yield from _single(now, before)
    yield _climbed(truth).rstrip()
    yield _learned(truth, files.curves).rstrip()
    yield _noise(truth, files).rstrip()


def _spread(codes: NDArray[np.uint8]) -> Iterator[str]:
    """A line for each kind of terms."""
    fitted = weights()
    for kind, numbers in terms(codes).items():
        added = fitted.terms[kind].take(numbers).sum(axis=1) / POINT
        yield f"| {_TERMS[kind]} | {len(fitted.terms[kind]) - 1} | {added.std():.2f} |"
    added_weights = fitted.beyond_free
    added = beyond_free(codes) @ added_weights / POINT
    yield f"| edges of an op beyond {FREE} in a cell, squared | {len(added_weights)} | {added.std():.2f} |"


def _agreement(truth: EmulatedTruth, files: Files, before: Mapping[str, float]) -> Iterator[str]:
    trained = files.trained
    noise = float((truth.noise_std(trained.genotypes) ** 2).mean())
    yield _AGREES.format(ceiling=1 - noise / float(trained.accuracy.var()))
    for what, held in files.held.items():
        yield agreement(f"{what}, {len(held.accuracy):,}", held.accuracy, truth.mean(held.genotypes))
        earlier = [f"{before[f'{what}, {name}']:.3f}" for name in STATISTICS]
        yield f"| version 1.0 | {' | '.join(earlier)} |"


def _regions(files: Files, now: Mapping[str, float], before: Mapping[str, float]) -> Iterator[str]:
    for what, held in files.held.items():
        yield _REGIONS if what == "trainings" else ""
        yield f"| {what}: normal cell | architectures | difference | Spearman |"
        yield "|---|---|---|---|"
        for region, chosen in regions(held.genotypes, held.accuracy):
            difference = _both(f"{what}, {region}, difference", now, before, "+.2f")
            ranked = _both(f"{what}, {region}, Spearman", now, before, ".3f")
            yield f"| {region} | {chosen.sum():,} | {difference} | {ranked} |"


def _both(name: str, now: Mapping[str, float], before: Mapping[str, float], form: str) -> str:
    return f"{now[name]:{form}} ({before[name]:{form}})"


def _few(curves: Published, now: Mapping[str, float], before: Mapping[str, float]) -> str:
    kinds, lines = [], []
    for kind, chosen in yahpo_kinds(curves).items():
        difference = _both(f"YAHPO, {kind}, difference", now, before, "+.2f")
        ranked = _both(f"YAHPO, {kind}, Spearman", now, before, ".3f")
        kinds.append(f"| {kind} | {chosen.sum():,} | {difference} | {ranked} |")
    for op in Op:
        cells = []
        for cell in CELL_NAMES:
            name = f"curve, {cell} {op.name}"
            cells.append(
                f"{_both(f'{name}, of shape', now, before, '.2f')}, {now[f'{name}, at one level']:.2f}"
            )
        lines.append(f"| {op.name} | {' | '.join(cells)} |")
    return _CURVES.format(
        lower=now["YAHPO, lower by"],
        kinds="\n".join(kinds),
        curves="\n".join(lines),
        shape=_largest_of_shape(now),
        shape_before=_largest_of_shape(before),
    )


def _largest_of_shape(values: Mapping[str, float]) -> float:
    return max(value for name, value in values.items() if name.endswith("of shape"))


def _single(now: Mapping[str, float], before: Mapping[str, float]) -> Iterator[str]:
    """Two architectures, and runtimes."""
    yield from ("", "### Published predictions of two architectures, and runtimes", "")
    yield "Both are in the fit. Runtimes are by the paper's LGB v0.9, for XGB v0.9's architectures above."
    yield from ("", "| | published | truth | version 1.0 |", "|---|---|---|---|")
    for name, percent in zip(("DARTS cell", "skip connections alone"), LANDMARKS.values(), strict=True):
        yield f"| {name}, % | {percent:.2f} | {now[name]:.2f} | {before[name]:.2f} |"
    mean = "runtime, mean"
    published = now["runtime, mean published"]
    yield f"| mean runtime, s | {published:,.0f} | {now[mean]:,.0f} | {before[mean]:,.0f} |"
    for statistic in ("R2", "Spearman"):
        name = f"runtime, {statistic}"
        yield f"| {statistic} of runtimes | | {now[name]:.4g} | {before[name]:.4g} |"
    yield from (
        "",
        f"So 10^7 s are about {1e7 / now[mean]:,.0f} trainings of random architectures.",
    )


def _climbed(truth: EmulatedTruth) -> str:
    climbed = climb(truth, STARTS, MUTATIONS, SEED)
    codes = canonical(to_codes(climbed.genotypes))
    return _CLIMB.format(
        ceiling=CEILING,
        starts=STARTS,
        steps=STARTS * MUTATIONS,
        best=100 * climbed.accuracy.max(),
        median=100 * np.median(climbed.accuracy),
        additive=additive_accuracy(to_codes([climbed.best]))[0],
        ends=len(np.unique(codes.reshape(len(codes), -1), axis=0)),
        genotype=str(climbed.best).replace(",reduce", ",\n    reduce"),
        normal=_shares(codes[:, 0]),
        reduce=_shares(codes[:, 1]),
    )


def _shares(cells: NDArray[np.uint8]) -> str:
    """The ops of a twentieth of the edges and more, in words."""
    counts = np.bincount(cells[..., 1].ravel(), minlength=len(Op)) / cells[..., 1].size
    words = []
    for op in sorted(Op, key=lambda op: -counts[op]):
        if counts[op] >= 0.05:
            words.append(f"{100 * counts[op]:.0f} % are {op.name}")
    return ", ".join(words)


def _learned(truth: EmulatedTruth, curves: Published) -> str:
    uniform = is_uniform(curves)
    ours = 100 * truth.learning_curves(from_codes(curves.codes[uniform]), SEED).val_accuracy
    lower = float(ours[:, -1].mean() - curves.percent("epoch_98")[uniform].mean())
    lines = []
    for epoch in sorted({1, 20, 40, 60, 98} & {*epochs(curves)}):
        theirs = curves.percent(f"epoch_{epoch}")[uniform].mean()
        lines.append(f"| {epoch} | {ours[:, epoch - 1].mean():.1f} | {theirs + lower:.1f} | {theirs:.1f} |")
    return _LEARNING.format(
        n=int(uniform.sum()),
        lower=lower,
        epochs="\n".join(lines),
        best=(ours.max(axis=1) - ours[:, -1]).mean(),
        published=BEST_EPOCH,
    )


def _noise(truth: EmulatedTruth, files: Files) -> str:
    trained = files.trained
    lines = []
    for what, found in residuals(
        trained, trained.expected(truth), truth.noise_std(trained.genotypes)
    ).items():
        remains = max(found.std**2 - found.noise_std**2, 0.0) ** 0.5
        lines.append(f"| {what} | {found.std:.3f} | {found.noise_std:.3f} | {remains:.3f} |")
    return _NOISE.format(noise="\n".join(lines))


if __name__ == "__main__":
    typer.run(main)
