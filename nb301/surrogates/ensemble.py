"""Ensembles: ten members by ten folds (Section 4.4), their mean and std (official_facts F19)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nb301 import exact
from nb301.files import file_written_whole, sha256
from nb301.surrogates.members.base import Examples, Family, FitMember, Hyperparameters

if TYPE_CHECKING:
    from nb301.tables.schema import EvaluationTable
    from nb301.tables.splits import Split

MEMBERS = 10

#: Called as (members fitted, members in all) while an ensemble is fitted.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Member:
    """What one member is fitted with; sent to other processes."""

    fit: FitMember
    train: Examples
    stop: Examples
    seed: int
    hyperparameters: Hyperparameters

    def fitted(self) -> bytes:
        """Fit it; returns its file."""
        return self.fit(self.train, self.stop, self.seed, self.hyperparameters)

    @property
    def key(self) -> str:
        """Names everything that the file depends on: 64 hex digits."""
        settings = [getattr(self.fit, "__module__", ""), self.seed, self.hyperparameters]
        parts = [json.dumps(settings, sort_keys=True).encode()]
        for examples in (self.train, self.stop):
            parts += [examples.codes.tobytes(), examples.target.tobytes()]
        return sha256(b"".join(sha256(part).encode() for part in parts))


def fit_ensemble(
    family: Family,
    table: EvaluationTable,
    split: Split,
    seed: int,
    *,
    hyperparameters: Hyperparameters | None = None,
    members: int = MEMBERS,
    checkpoints: Path | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> dict[str, bytes]:
    """Fit the members, each stopped early on its own fold of training and validation rows.

    Args:
        family: What to fit.
        table: Holds the rows.
        split: Folds are cut from its training and validation rows, each optimizer evenly.
        seed: Of the folds; member k has the seed `seed * members + k`.
        hyperparameters: By default the family's own.
        members: Number of members and folds.
        checkpoints: Folder for members' files; what is there for equal rows, seed and
            hyperparameters is not fitted again.
        processes: Members that are fitted at once.
        progress: Called after each member.

    Returns:
        The members' files by their names.
    """
    planned = _planned_ensemble(family, table, split, seed, hyperparameters, members)
    files: dict[int, bytes] = {}
    for k, data in _fitted(planned, checkpoints, processes):
        files[k] = data
        if progress is not None:
            progress(len(files), members)
    return {name: files[k] for k, name in enumerate(family.files(members))}


def fit_one(
    family: Family,
    table: EvaluationTable,
    split: Split,
    seed: int,
    hyperparameters: Hyperparameters | None = None,
    *,
    checkpoints: Path | None = None,
) -> bytes:
    """Fit a single model on a split's training rows, stopped early on its validation rows (Table 3).

    With `checkpoints` it is kept there, and found there again, as members of `fit_ensemble` are.

    Args:
        family: What is fitted.
        table: What it is fitted to.
        split: Its training and validation rows.
        seed: Of every random draw.
        hyperparameters: In the place of the family's own.
        checkpoints: A folder.

    Returns:
        The bytes of the member's file.
    """
    planned = _planned_one(family, table, split, seed, hyperparameters)
    [(_, data)] = _fitted([planned], checkpoints, processes=1)
    return data


def missing(
    family: Family,
    table: EvaluationTable,
    split: Split,
    seed: int,
    checkpoints: Path,
    *,
    members: int = 1,
) -> int:
    """How many models are not among the checkpoints: of `fit_one`, or with more members of `fit_ensemble`."""
    if members == 1:
        planned = [_planned_one(family, table, split, seed, None)]
    else:
        planned = _planned_ensemble(family, table, split, seed, None, members)
    return sum(not (checkpoints / member.key).exists() for member in planned)


def _planned_ensemble(
    family: Family,
    table: EvaluationTable,
    split: Split,
    seed: int,
    hyperparameters: Hyperparameters | None,
    members: int,
) -> list[_Member]:
    from nb301.tables.splits import folds  # and with it pandas, which queries do without

    settings = dict(family.hyperparameters if hyperparameters is None else hyperparameters)
    planned = []
    for k, held_out in enumerate(folds(table, split.fitting, members, seed)):
        train = examples(table, np.setdiff1d(split.fitting, held_out))
        stop = examples(table, held_out)
        planned.append(_Member(family.fit, train, stop, seed * members + k, settings))
    return planned


def _planned_one(
    family: Family, table: EvaluationTable, split: Split, seed: int, hyperparameters: Hyperparameters | None
) -> _Member:
    settings = dict(family.hyperparameters if hyperparameters is None else hyperparameters)
    return _Member(family.fit, examples(table, split.train), examples(table, split.val), seed, settings)


def examples(table: EvaluationTable, rows: NDArray[np.intp]) -> Examples:
    """Rows of a table as models take them.

    Args:
        table: Where the rows are.
        rows: Their numbers, shape (n,).
    """
    return Examples(table.codes[rows], table.rows["val_accuracy"].to_numpy(dtype=np.float64)[rows])


def mean_and_std(members: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Plain mean and population std of the members (official_facts F19).

    Members are added one after the other, so that one architecture's are added as many ones' are.

    Args:
        members: Predictions, shape (members, n).

    Returns:
        Two arrays of shape (n,), in the unit of the predictions.
    """
    mean = exact.mean(members, axis=0)
    deviation = members - mean
    return mean, np.sqrt(exact.mean(deviation * deviation, axis=0))


def mean_and_std_of_one(members: Sequence[float]) -> tuple[float, float]:
    """What `mean_and_std` gives for one architecture, to the last bit, in a tenth of its time."""
    # not by `sum`, which compensates for rounding since Python 3.12
    total = squares = 0.0
    for predicted in members:
        total += predicted
    mean = total / len(members)
    for predicted in members:
        squares += (predicted - mean) * (predicted - mean)
    return mean, math.sqrt(squares / len(members))


def _fitted(
    planned: Sequence[_Member], checkpoints: Path | None, processes: int
) -> Iterator[tuple[int, bytes]]:
    """Number and file of each member, as they become ready."""
    if checkpoints is None:
        yield from _fit_many(planned, range(len(planned)), processes)
        return
    paths = [checkpoints / member.key for member in planned]
    unfitted = []
    for k, path in enumerate(paths):
        if path.exists():
            yield k, path.read_bytes()
        else:
            unfitted.append(k)
    for k, data in _fit_many(planned, unfitted, processes):
        with file_written_whole(paths[k]) as temporary:
            temporary.write_bytes(data)
        yield k, data


def _fit_many(
    planned: Sequence[_Member], numbers: Sequence[int], processes: int
) -> Iterator[tuple[int, bytes]]:
    if processes == 1 or len(numbers) < 2:
        for k in numbers:
            yield k, planned[k].fitted()
        return
    # spawned, not forked: a library that has started threads does not survive a fork
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(planned[k].fitted): k for k in numbers}
        for future in as_completed(futures):
            yield futures[future], future.result()
