"""Whether the surrogate reads genotypes as the trainings did: no other reading may fit them better."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import combinations, pairwise
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from nb301.space import Op, from_codes, to_codes
from validation.intervals import Array
from validation.measures.base import Measured, noise_free, observed, one_of, over_rows, predicted_mean
from validation.measures.registry import register
from validation.subject import NotApplicable, Subject

#: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).
Codes = NDArray[np.uint8]
#: Another reading of genotypes.
Reading = Callable[[Codes], Codes]

#: Rows that are read in all 97 ways where the truth can be asked.
_MOST = 500
#: In which cells a reading confuses something: one of them, or both.
_CELLS = ([0], [1], [0, 1])
_SOURCE, _OP = 0, 1


def _of_ops() -> Iterator[Reading]:
    for cells in _CELLS:
        for ops in combinations(range(len(Op)), 2):
            yield partial(_exchanged, cells=cells, part=_OP, pair=ops)


def _of_inputs() -> Iterator[Reading]:
    for cells in _CELLS:
        yield partial(_with_inputs_exchanged, cells=cells)


def _of_edges() -> Iterator[Reading]:
    edges = range(8)
    within = [(first, first + 1) for first in edges[::2]]  # both edges of a node
    between = [(first + place, second + place) for first, second in pairwise(edges[::2]) for place in (0, 1)]
    for cells in _CELLS:
        for pair in within + between:
            yield partial(_with_ops_of, cells=cells, pair=pair)


def _of_cells() -> Iterator[Reading]:
    yield _with_cells_exchanged


#: What may be confused: two ops, the ops of two edges (of one node or of neighbours), the inputs, the cells.
READINGS: dict[str, Callable[[], Iterable[Reading]]] = {
    "ops": _of_ops,
    "edges": _of_edges,
    "inputs": _of_inputs,
    "cells": _of_cells,
}


@register()
def gain(subject: Subject, what: Annotated[str, one_of(READINGS)]) -> Measured:
    """R2 over test rows of the best other reading of the genotypes minus that of the right one.

    By what was observed of them; where the truth can be asked, by what it expects of a part of them, which
    without noise says as much.
    """
    rows = subject.split.test
    if subject.truth is not None:
        rows = np.sort(np.random.default_rng(subject.split_seed).permutation(rows)[:_MOST])
    expected, codes = noise_free(subject, rows), to_codes(subject.genotypes(rows))
    truth = observed(subject, rows) if expected is None else expected
    variance = float(truth.var())
    if np.ptp(truth) == 0:
        raise NotApplicable("all test rows are alike")
    right = (predicted_mean(subject, rows) - truth) ** 2
    gains = np.stack([right - _squared_errors(subject, read(codes), truth) for read in READINGS[what]()])
    return over_rows(
        lambda r: float(gains[:, r].mean(axis=1).max()) / variance, len(rows), readings=len(gains)
    )


def _squared_errors(subject: Subject, codes: Codes, truth: Array) -> Array:
    mean, _ = subject.predictor.predict(from_codes(codes))
    errors: Array = (np.asarray(mean, dtype=np.float64) - truth) ** 2
    return errors


def _exchanged(codes: Codes, cells: list[int], part: int, pair: tuple[int, ...]) -> Codes:
    """With two sources or two ops confused."""
    names = np.arange(len(Op), dtype=np.uint8)
    names[list(pair)] = names[list(pair)[::-1]]
    read = codes.copy()
    read[:, cells, :, part] = names[codes[:, cells, :, part]]
    return read


def _with_ops_of(codes: Codes, cells: list[int], pair: tuple[int, int]) -> Codes:
    """With the ops of two edges exchanged."""
    read = codes.copy()
    for cell in cells:
        read[:, cell, list(pair), _OP] = codes[:, cell, list(pair[::-1]), _OP]
    return read


def _with_inputs_exchanged(codes: Codes, cells: list[int]) -> Codes:
    """With the sources 0 and 1 confused, and the two edges of a node by source again."""
    read = _exchanged(codes, cells, _SOURCE, (0, 1)).reshape(len(codes), 2, 4, 2, 2)
    order = np.argsort(read[..., _SOURCE], axis=3, kind="stable")
    return np.take_along_axis(read, order[..., None], axis=3).reshape(codes.shape)


def _with_cells_exchanged(codes: Codes) -> Codes:
    """With the reduction cell taken for the normal one."""
    return codes[:, ::-1]
