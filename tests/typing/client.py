"""A client's code, checked by mypy alone: what `assert_type` says is what a type checker infers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, assert_type

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from pandas import DataFrame

import nb301
from nb301 import Benchmark, Evaluation, Evaluations, Genotype
from nb301.formats import DartsGenotype, to_darts, to_naslib
from nb301.optimizers import Trajectory
from nb301.releases.familiarity import Familiarity


def one_architecture(
    benchmark: Benchmark, genotype: Genotype, config: dict[str, str], row: Mapping[str, Any]
) -> None:
    """One question, one answer, in every notation that has a type."""
    assert_type(benchmark.query(genotype), Evaluation)
    assert_type(benchmark.query(genotype, seed=1), Evaluation)
    assert_type(benchmark.query(genotype, seed=np.int64(1)), Evaluation)
    assert_type(benchmark.query("DARTS_V2"), Evaluation)
    assert_type(benchmark.query(b"DARTS_V2"), Evaluation)
    assert_type(benchmark.query(Path("result.json")), Evaluation)
    assert_type(benchmark.query(config), Evaluation)
    assert_type(benchmark.query(row), Evaluation)
    assert_type(benchmark.query(to_darts(genotype)), Evaluation)
    assert_type(benchmark.query(to_naslib(genotype)), Evaluation)
    assert_type(benchmark.query([[[0, 3], [1, 3]], [[0, 3], [1, 3]]]), Evaluation)
    assert_type(benchmark.query([[(0, 3), (1, 3)], [(0, 3), (1, 3)]]), Evaluation)
    assert_type(benchmark.query(genotype).mean, float)
    assert_type(benchmark.query(genotype).noise_std, float)
    assert_type(benchmark.query(genotype).interval(0.8), tuple[float, float])
    assert_type(benchmark.familiarity(genotype), Familiarity)
    assert_type(benchmark.read(config), Genotype)


def many_architectures(
    benchmark: Benchmark,
    genotypes: list[Genotype],
    texts: list[str],
    configs: list[dict[str, str]],
    printed: list[DartsGenotype],
) -> None:
    """Lists in, arrays out."""
    assert_type(benchmark.query(genotypes), Evaluations)
    assert_type(benchmark.query([genotypes[0], genotypes[1]], seed=[1, 2]), Evaluations)
    assert_type(benchmark.query(genotypes, seed=np.arange(2)), Evaluations)
    assert_type(benchmark.query(tuple(genotypes)), Evaluations)
    assert_type(benchmark.query((genotypes[0], genotypes[1])), Evaluations)
    assert_type(benchmark.query(texts), Evaluations)
    assert_type(benchmark.query(["DARTS_V1", "DARTS_V2"]), Evaluations)
    assert_type(benchmark.query(configs), Evaluations)
    assert_type(benchmark.query(printed), Evaluations)
    assert_type(benchmark.query([to_naslib(genotypes[0])]), Evaluations)
    assert_type(benchmark.query([genotypes[0], "DARTS_V2"]), Evaluations)
    assert_type(benchmark.query(genotypes).mean, NDArray[np.float64])
    assert_type(benchmark.query(genotypes).interval(), tuple[NDArray[np.float64], NDArray[np.float64]])
    assert_type(benchmark.familiarity(genotypes), list[Familiarity])
    assert_type(benchmark.members(genotypes), NDArray[np.float64])


def one_or_many(
    benchmark: Benchmark, column: NDArray[np.object_], anything: list[Any], decoded: dict[str, Any]
) -> None:
    """What may be either is either; of lists of anything nothing is promised."""
    assert_type(benchmark.query(decoded), Evaluation)
    assert_type(benchmark.query(column), Evaluation | Evaluations)
    found: Evaluations = benchmark.query(anything)
    assert_type(found, Evaluations)


def parts_of_answers(found: Evaluations, mask: NDArray[np.bool_], order: NDArray[np.int64]) -> None:
    """An index gives one, everything else several."""
    assert_type(found[0], Evaluation)
    assert_type(found[np.int64(-1)], Evaluation)
    assert_type(found[1:], Evaluations)
    assert_type(found[[0, 2]], Evaluations)
    assert_type(found[[True, False]], Evaluations)
    assert_type(found[mask], Evaluations)
    assert_type(found[order], Evaluations)
    assert_type(list(found), list[Evaluation])


def pictures(benchmark: Benchmark, found: Evaluations, trajectory: Trajectory) -> None:
    """Plots give their Axes, tables are pandas'."""
    assert_type(benchmark.plot_curves({"a name": "DARTS_V2"}, seed=1), Axes)
    assert_type(benchmark.plot_predictions(["DARTS_V2"], [0.94]), Axes)
    assert_type(benchmark.plot_distribution(), Axes)
    assert_type(trajectory.plot(label="one", color="C1"), Axes)
    assert_type(found.to_pandas(), DataFrame)
    assert_type(benchmark.rests_on, str)


def converters(text: str, rng: np.random.Generator) -> None:
    """`nb301.formats` is there, typed, after `import nb301`."""
    assert_type(nb301.formats.read(text), Genotype)
    assert_type(nb301.sample(rng), Genotype)
    assert_type(nb301.load(Path("release")), Benchmark)
