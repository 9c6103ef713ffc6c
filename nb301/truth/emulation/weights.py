"""The fitted weights of the emulated ground truth, read from their data file.

They are integers, of ten-thousandths of a point or hundredths of a second: so sums are exact, and the same in
any order. `docs/emulation_fit.py` fits them, and says to what.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.places import EMULATION
from nb301.truth.emulation.terms import SIZES

#: Weights of accuracies for one point of accuracy, and those of runtimes for a second.
POINT, SECOND = 10_000, 100


@dataclass(frozen=True, slots=True)
class Weights:
    """All that was fitted.

    Args:
        intercept: Accuracy of an architecture without terms.
        terms: By kind, weights of the terms of `terms.SIZES`, and a 0 at the end that -1 finds.
        beyond_free: Of each squared edge beyond those that are free, shape (14,).
        runtime: Hundredths of a second without edges.
        runtime_edges: Of each edge term, shape (42,).
        epochs: Epochs at which the curves are given, ascending, shape (k,).
        behind: How far behind its end a curve is at those, shape (k,).
        components: What an architecture's curve may differ from that by, shape (2, k).
        components_intercept: How much of each an architecture without edges has, shape (2,).
        components_edges: How much of each an edge term adds, shape (2, 42).
    """

    intercept: int
    terms: Mapping[str, NDArray[np.int64]]
    beyond_free: NDArray[np.int64]
    runtime: int
    runtime_edges: NDArray[np.int64]
    epochs: NDArray[np.int64]
    behind: NDArray[np.int64]
    components: NDArray[np.int64]
    components_intercept: NDArray[np.int64]
    components_edges: NDArray[np.int64]


@cache
def weights() -> Weights:
    """Read the data file."""
    data = tomllib.loads(EMULATION.read_text(encoding="utf-8"))
    accuracy, runtime, curve = data["accuracy"], data["runtime"], data["curve"]
    return Weights(
        intercept=accuracy["intercept"],
        terms={kind: np.append(_flat(accuracy[kind]), 0) for kind in SIZES},
        beyond_free=_flat(accuracy["beyond_free"]),
        runtime=runtime["intercept"],
        runtime_edges=_flat(runtime["edges"]),
        epochs=np.array(curve["epochs"]),
        behind=np.array(curve["behind"]),
        components=np.array(curve["components"]),
        components_intercept=np.array(curve["intercepts"]),
        components_edges=np.stack([_flat(edges) for edges in curve["edges"]]),
    )


def _flat(table: Any) -> NDArray[np.int64]:
    """Numbers of nested tables in the order in which the file has them."""
    return np.array([*_numbers(table)], dtype=np.int64)


def _numbers(table: Any) -> Iterable[int]:
    if isinstance(table, int):
        yield table
        return
    for part in table.values() if isinstance(table, Mapping) else table:
        yield from _numbers(part)
