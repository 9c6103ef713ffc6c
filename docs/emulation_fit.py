"""Fits the emulated ground truth: writes `nb301/truth/emulation/weights.toml`.

    python -m docs.emulation_fit FOLDER

FOLDER has four public data sets as Parquet (columns `genotype` and those below); none is in this repository:

- `cifar10_random_search`: `id`, `val_accuracy`, of trainings in NAS-Bench-Suite-Zero's public file (F42);
- `xgb_v09_predictions`: `val_accuracy`, `runtime`, by the official XGB v0.9 and LGB runtime v0.9 (F43);
- `xgb_v10_predictions`: `val_accuracy`, by the official XGB v1.0 (F44): only held against the fit;
- `yahpo_v2_curves`: `kind`, `epoch_1` to `epoch_98`, by YAHPO Gym's second surrogate (F45).

Left out of the fit are trainings whose id is a multiple of five, every fifth prediction, and YAHPO's for
architectures that were drawn uniformly, but for the learning curves. All accuracies become one ridge
regression; `docs/emulation.py` measures how well it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
import typer
from numpy.typing import NDArray

from nb301.encodings import canonical
from nb301.files import write_text
from nb301.places import EMULATION
from nb301.space import CELL_NAMES, Genotype, Op, to_codes
from nb301.truth.emulated import CEILING, KNEE
from nb301.truth.emulation.terms import SIZES, beyond_free, edge_terms, terms
from nb301.truth.emulation.weights import POINT, SECOND

Array = NDArray[np.float64]

#: Points by which the best epoch is above the last one: F44's mean over uniform samples less F42's.
BEST_EPOCH = 0.15
#: Points by which YAHPO's predictions are lower on uniform samples.
_YAHPO_LOWER = 0.70
#: They are weak in detail, and say what nothing else does: how cells of few operations do.
_YAHPO_WEIGHT = 0.05
#: Genotypes whose accuracy XGB v0.9 and v1.0 were published to predict (F41), percent; as many rows' worth.
LANDMARKS = {
    "normal:sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1/skip_connect@0+sep_conv_3x3@1"
    "/skip_connect@0+dil_conv_3x3@2,reduce:max_pool_3x3@0+max_pool_3x3@1/max_pool_3x3@1+skip_connect@2"
    "/max_pool_3x3@0+skip_connect@2/max_pool_3x3@1+skip_connect@2": 94.17,
    "normal:skip_connect@0+skip_connect@1/skip_connect@0+skip_connect@1/skip_connect@0+skip_connect@1"
    "/skip_connect@0+skip_connect@2,reduce:skip_connect@0+skip_connect@1/skip_connect@1+skip_connect@2"
    "/skip_connect@0+skip_connect@2/skip_connect@1+skip_connect@2": 88.17,
}
_LANDMARK_WEIGHT = 200.0
_RIDGE = 10.0
#: How many shapes an architecture's curve is made of, beside that of all: they have 96 % of the variance.
_COMPONENTS = 2
_ORIGINS = ("input_0", "input_1", "intermediate")


class Published(NamedTuple):
    """One of the data sets."""

    rows: pd.DataFrame
    #: Canonical, shape (n, 2, 8, 2).
    codes: NDArray[np.uint8]

    def percent(self, column: str) -> Array:
        """Accuracies."""
        return 100 * self.rows[column].to_numpy(dtype=np.float64)


def main(folder: Annotated[Path, typer.Argument(help="Holds the four files.")]) -> None:
    """Fit, and write the data file."""
    fitted = fit(folder)
    write_text(EMULATION, fitted)
    typer.echo(f"{EMULATION}: {len(fitted.splitlines())} lines")


def fit(folder: Path) -> str:
    """Fit the weights to the data sets of a folder; the text of the data file."""
    trained, early = read(folder, "cifar10_random_search"), read(folder, "xgb_v09_predictions")
    curves = read(folder, "yahpo_v2_curves")
    lines = [*_HEADER, *_accuracy(trained, early, curves), *_runtime(early), *_curve(curves)]
    return "\n".join(lines) + "\n"


def read(folder: Path, name: str) -> Published:
    """Read one of the data sets."""
    rows = pd.read_parquet(folder / f"{name}.parquet")
    genotypes = [Genotype.parse(text) for text in rows["genotype"]]
    return Published(rows, canonical(to_codes(genotypes)))


def is_left_out(published: Published) -> NDArray[np.bool_]:
    """Which trainings, or predictions, the fit has not seen."""
    rows = published.rows
    return np.asarray((rows["id"] if "id" in rows else np.arange(len(rows))) % 5 == 0)


def is_uniform(curves: Published) -> NDArray[np.bool_]:
    """Which of YAHPO's architectures were drawn uniformly."""
    return np.asarray(curves.rows["kind"] == "uniform")


_HEADER = """# Weights of the emulated ground truth 2.0, as docs/emulation_fit.py fitted them: integers,
# of 1e-4 points of accuracy (accuracy, curve) or 1e-2 seconds (runtime). They are fitted to four fifths of
# 8,843 real trainings (official_facts F42) and of 8,557 predictions of XGB v0.9 and LGB runtime v0.9 (F43),
# to the shapes of YAHPO Gym's second surrogate (F45), and to two published predictions (F41). Terms are those
# of nb301/truth/emulation/terms.py, ops in the order of `Op`: max_pool_3x3, avg_pool_3x3, skip_connect,
# sep_conv_3x3, sep_conv_5x5, dil_conv_3x3, dil_conv_5x5.""".splitlines()


def _accuracy(trained: Published, early: Published, curves: Published) -> Iterator[str]:
    seen, predicted, shaped = ~is_left_out(trained), ~is_left_out(early), ~is_uniform(curves)
    landmarks = canonical(to_codes([Genotype.parse(text) for text in LANDMARKS]))
    codes = [trained.codes[seen], early.codes[predicted], curves.codes[shaped], landmarks]
    percent = [
        trained.percent("val_accuracy")[seen] + BEST_EPOCH,
        early.percent("val_accuracy")[predicted],
        curves.percent("epoch_98")[shaped] + _YAHPO_LOWER,
        _below_ceiling(np.array([*LANDMARKS.values()])),
    ]
    row_weights = (1.0, 1.0, _YAHPO_WEIGHT, _LANDMARK_WEIGHT)
    of_rows = np.concatenate(
        [np.full(len(part), weight) for part, weight in zip(percent, row_weights, strict=True)]
    )
    intercept, fitted = _ridge(_counts(np.concatenate(codes)), np.concatenate(percent), of_rows)
    kinds = np.split(_rounded(fitted, POINT), np.cumsum([*SIZES.values()]))
    yield from ("", "[accuracy]", f"intercept = {round(intercept * POINT)}")
    yield "# of an op in a cell, squared: how many edges have it beyond the third; cells one after the other"
    yield f"beyond_free = {_numbers(kinds[-1])}"
    yield from ("", "[accuracy.edges]", "# by op", *_by_origin(kinds[0], 1))
    yield from ("", "[accuracy.anywhere]", "# two edges anywhere: by op with those before it, and itself")
    yield from _triangle(kinds[1], [f"{cell}_{op.name}" for cell in CELL_NAMES for op in Op])
    yield from ("", "[accuracy.side_by_side]", "# two edges that leave one node")
    yield from _by_origin(kinds[2], 28)
    yield from (
        "",
        "[accuracy.in_line]",
        "# two edges in line: by the first's origin and op, then the second's",
    )
    yield from _by_origin(kinds[3], 7)


def _below_ceiling(percent: Array) -> Array:
    """What the sum has to be for the truth to be that."""
    room = CEILING - KNEE
    return np.where(percent > KNEE, KNEE - room * np.log1p(-np.maximum(percent - KNEE, 0) / room), percent)


def _counts(codes: NDArray[np.uint8]) -> Array:
    """How often architectures have each term, then their squared edges beyond the free ones."""
    columns = []
    for kind, numbers in terms(codes).items():
        counted = np.zeros((len(codes), SIZES[kind] + 1))  # the last column is that of -1
        np.add.at(counted, (np.arange(len(codes))[:, None], numbers), 1)
        columns.append(counted[:, :-1])
    return np.concatenate([*columns, beyond_free(codes)], axis=1)


def _ridge(counts: Array, values: Array, of_rows: Array) -> tuple[float, Array]:
    """Intercept and weights that minimise weighted squares plus the ridge."""
    share = of_rows / of_rows.sum()
    middle, level = share @ counts, share @ values
    centred = counts - middle
    squares = (centred * of_rows[:, None]).T @ centred + _RIDGE * np.eye(counts.shape[1])
    fitted = np.linalg.solve(squares, (centred * of_rows[:, None]).T @ (values - level))
    return float(level - middle @ fitted), fitted


def _runtime(early: Published) -> Iterator[str]:
    seen = ~is_left_out(early)
    seconds = early.rows["runtime"].to_numpy(dtype=np.float64)[seen]
    intercept, fitted = _ridge(_edge_counts(early.codes[seen]), seconds, np.ones(len(seconds)))
    yield from ("", "[runtime]", f"intercept = {round(intercept * SECOND)}", "", "[runtime.edges]")
    yield from _by_origin(_rounded(fitted, SECOND), 1)


def _curve(curves: Published) -> Iterator[str]:
    columns = [column for column in curves.rows if str(column).startswith("epoch_")]
    percent = 100 * curves.rows[columns].to_numpy(dtype=np.float64)
    behind = percent[:, -1:] - percent
    middle = behind.mean(axis=0)
    _, _, shapes = np.linalg.svd(behind - middle, full_matrices=False)
    yield from ("", "[curve]", f"epochs = {[int(str(column).removeprefix('epoch_')) for column in columns]}")
    yield f"behind = {_numbers(_rounded(middle, POINT))}"
    components = _rounded(shapes[:_COMPONENTS], POINT)
    yield f"components = [{', '.join(_numbers(component) for component in components)}]"
    fits = []
    for shape in shapes[:_COMPONENTS]:
        fits.append(_ridge(_edge_counts(curves.codes), (behind - middle) @ shape, np.ones(len(behind))))
    yield f"intercepts = {_numbers(_rounded(np.array([intercept for intercept, _ in fits]), POINT))}"
    for _, fitted in fits:
        yield from ("", "[[curve.edges]]", *_by_origin(_rounded(fitted, POINT), 1))


def _edge_counts(codes: NDArray[np.uint8]) -> Array:
    counted = np.zeros((len(codes), SIZES["edges"]))
    np.add.at(counted, (np.arange(len(codes))[:, None], edge_terms(codes)), 1)
    return counted


def _rounded(values: Array, unit: int) -> NDArray[np.int64]:
    return np.rint(values * unit).astype(np.int64)


def _by_origin(values: NDArray[np.int64], rows: int) -> Iterator[str]:
    """A line for each cell and origin: numbers by op, or rows of them by the first op."""
    for part, name in zip(
        np.split(values, len(CELL_NAMES) * len(_ORIGINS)), _cells_and_origins(), strict=True
    ):
        if rows == 1:
            yield f"{name} = {_numbers(part)}"
        elif rows == len(Op):
            yield f"{name} = [{', '.join(map(_numbers, part.reshape(rows, -1)))}]"
        else:
            triangle = ", ".join(map(_numbers, np.split(part, np.cumsum(np.arange(1, len(Op))))))
            yield f"{name} = [{triangle}]"


def _cells_and_origins() -> list[str]:
    return [f"{cell}_{origin}" for cell in CELL_NAMES for origin in _ORIGINS]


def _triangle(values: NDArray[np.int64], names: Sequence[str]) -> Iterator[str]:
    rows = np.split(values, np.cumsum(np.arange(1, len(names))))
    for name, row in zip(names, rows, strict=True):
        yield f"{name} = {_numbers(row)}"


def _numbers(values: NDArray[np.int64]) -> str:
    return str(values.tolist())


if __name__ == "__main__":
    typer.run(main)
