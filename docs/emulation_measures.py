"""What `docs/emulation.py` tells of the emulated ground truth: measured on what its fit has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from docs.emulation_fit import LANDMARKS, Published, is_left_out, is_uniform, read
from docs.reality import regions
from nb301.metrics import r2, sparse_kendall_tau, spearman
from nb301.space import CELL_NAMES, Genotype, Op, from_codes, mutate, sample_many

Array = NDArray[np.float64]

STATISTICS = {"R2": r2, "sparse Kendall tau": sparse_kendall_tau, "Spearman": spearman}
#: Edges of a cell that can have one op.
COUNTS = range(9)
#: Kinds of YAHPO's architectures.
UNIFORM, COUNTED, CONCENTRATED = "uniform", "0 to 8 of one operation", "few operations"


class Expects(Protocol):
    """A truth, or what an earlier version of it said."""

    def mean(self, genotypes: Sequence[Genotype]) -> Array:
        """Expected validation accuracy, fractions, shape (n,)."""

    def median_runtime(self, genotypes: Sequence[Genotype]) -> Array:
        """Seconds, shape (n,)."""


class Held(NamedTuple):
    """Published accuracies that the fit has not seen, fractions, shape (n,)."""

    genotypes: list[Genotype]
    accuracy: Array
    rows: Published

    def expected(self, truth: Expects) -> Array:
        """By a truth, moved to the published mean: it stands for the best epoch, trainings for the last."""
        expected = truth.mean(self.genotypes)
        moved: Array = expected + (self.accuracy.mean() - expected.mean())
        return moved


class Files(NamedTuple):
    """The four data sets, see `docs/emulation_fit.py`."""

    #: By what has the accuracies.
    held: dict[str, Held]
    curves: Published

    @property
    def trained(self) -> Held:
        """Real trainings (F42)."""
        return self.held["trainings"]


def read_files(folder: Path) -> Files:
    """Read them; of trainings and XGB v0.9's predictions the fifths that are left out of the fit."""
    held = {}
    for what, file in {
        "trainings": "cifar10_random_search",
        "XGB v0.9": "xgb_v09_predictions",
        "XGB v1.0": "xgb_v10_predictions",
    }.items():
        rows = read(folder, file)
        # none of v1.0's is in the fit
        chosen = is_left_out(rows) | (what == "XGB v1.0")
        unseen = Published(rows.rows[chosen], rows.codes[chosen])
        held[what] = Held(from_codes(unseen.codes), unseen.percent("val_accuracy") / 100, unseen)
    return Files(held, read(folder, "yahpo_v2_curves"))


def measures(truth: Expects, files: Files) -> dict[str, float]:
    """All numbers that versions of the truth are compared by; accuracies in percent, runtimes in seconds."""
    return dict(_measures(truth, files))


def _measures(truth: Expects, files: Files) -> Iterator[tuple[str, float]]:
    for what, held in files.held.items():
        expected = held.expected(truth)
        for name, statistic in STATISTICS.items():
            yield f"{what}, {name}", statistic(held.accuracy, expected)
        for region, chosen in regions(held.genotypes, held.accuracy):
            difference = 100 * (expected[chosen].mean() - held.accuracy[chosen].mean())
            yield f"{what}, {region}, difference", float(difference)
            yield f"{what}, {region}, Spearman", spearman(held.accuracy[chosen], expected[chosen])
    timed = files.held["XGB v0.9"]
    seconds = timed.rows.rows["runtime"].to_numpy(dtype=np.float64)
    theirs = truth.median_runtime(timed.genotypes)
    yield "runtime, mean published", float(seconds.mean())
    yield "runtime, mean", float(theirs.mean())
    yield "runtime, R2", r2(seconds, theirs)
    yield "runtime, Spearman", spearman(seconds, theirs)
    for genotype, name in zip(LANDMARKS, ("DARTS cell", "skip connections alone"), strict=True):
        yield name, 100 * float(truth.mean([Genotype.parse(genotype)])[0])
    yield from _of_yahpo(truth, files.curves)


def _of_yahpo(truth: Expects, curves: Published) -> Iterator[tuple[str, float]]:
    expected = 100 * truth.mean(from_codes(curves.codes))
    last = curves.percent("epoch_98")
    lower = float((expected - last)[is_uniform(curves)].mean())
    yield "YAHPO, lower by", lower
    for kind, chosen in yahpo_kinds(curves).items():
        yield f"YAHPO, {kind}, Spearman", spearman(last[chosen], expected[chosen])
        yield f"YAHPO, {kind}, difference", float((expected - last)[chosen].mean()) - lower
    for cell in CELL_NAMES:
        for op in Op:
            off = by_count(curves, expected, cell, op) - by_count(curves, last, cell, op)
            yield f"curve, {cell} {op.name}, of shape", float(np.abs(off - off.mean()).max())
            yield f"curve, {cell} {op.name}, at one level", float(np.abs(off - lower).max())


def yahpo_kinds(curves: Published) -> dict[str, NDArray[np.bool_]]:
    """Which architectures are of which kind."""
    uniform, concentrated = is_uniform(curves), np.asarray(curves.rows["kind"] == "concentrated")
    return {UNIFORM: uniform, COUNTED: ~(uniform | concentrated), CONCENTRATED: concentrated}


def by_count(curves: Published, values: Array, cell: str, op: Op) -> Array:
    """Mean of YAHPO's architectures with 0..8 of an op in a cell, shape (9,)."""
    means = []
    for count in COUNTS:
        means.append(values[np.asarray(curves.rows["kind"] == f"{cell} {op.name} {count}")].mean())
    return np.array(means)


class Climbed(NamedTuple):
    """Where hill climbing ends."""

    genotypes: list[Genotype]
    accuracy: Array
    """Expected, fractions, shape (n,)."""

    @property
    def best(self) -> Genotype:
        """The highest of all."""
        return self.genotypes[int(self.accuracy.argmax())]


def climb(truth: Expects, starts: int, mutations: int, seed: int) -> Climbed:
    """Climb from random architectures at once: one mutation each at a time, kept where it is no worse."""
    rng = np.random.default_rng(seed)
    genotypes = sample_many(rng, starts)
    accuracy = truth.mean(genotypes)
    for _ in range(mutations):
        mutated = [mutate(genotype, rng, identity=0.0) for genotype in genotypes]
        reached = truth.mean(mutated)
        for row in np.flatnonzero(reached >= accuracy).tolist():
            genotypes[row] = mutated[row]
        accuracy = np.maximum(accuracy, reached)
    return Climbed(genotypes, accuracy)


class Residuals(NamedTuple):
    """Of trainings around a truth's expectation, points of accuracy."""

    std: float
    noise_std: float
    """What the truth says that trainings of one architecture differ by."""


def residuals(held: Held, expected: Array, noise_std: Array) -> dict[str, Residuals]:
    """Of all trainings, and of the halves that a truth expects more and less of.

    Args:
        held: The trainings.
        expected: By the truth, fractions, shape (n,).
        noise_std: By the truth, fractions, shape (n,).
    """
    upper = expected >= np.median(expected)
    found = {}
    for what, chosen in {
        "all": upper | ~upper,
        "the upper half": upper,
        "the lower half": ~upper,
    }.items():
        off = 100 * (held.accuracy - expected)[chosen]
        found[what] = Residuals(float(off.std()), 100 * float(np.sqrt((noise_std[chosen] ** 2).mean())))
    return found
