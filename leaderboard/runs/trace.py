"""A trace is every evaluation of a run, in the order in which they ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import RunFileError
from leaderboard.runs.proposals import Proposals
from nb301.errors import one_line
from nb301.files import sha256
from nb301.optimizers import Trajectory
from nb301.optimizers.base import EPOCHS
from nb301.space import Genotype

_COLUMNS = ("genotype", "number", "epochs", "resumes", "training_seed", "val_accuracy", "runtime", "clock")
_INTEGERS = _COLUMNS[1:5]


@dataclass(frozen=True, slots=True)
class Trace:
    """Columns of equal length n, from which anybody can compute all answers again."""

    #: Text form of what was proposed.
    genotype: tuple[str, ...]
    #: Number of the proposal, from 0: with several workers later ones may end first. Shape (n,).
    number: NDArray[np.int64]
    #: Epochs that the training had had by then, 98 of a whole one, shape (n,).
    epochs: NDArray[np.int64]
    #: Number of the proposal whose training went on, -1 for a new one, shape (n,).
    resumes: NDArray[np.int64]
    #: Shape (n,).
    training_seed: NDArray[np.int64]
    #: Observed, with noise; fractions, shape (n,).
    val_accuracy: NDArray[np.float64]
    #: Simulated seconds of each training, shape (n,).
    runtime: NDArray[np.float64]
    #: Simulated seconds from the run's start to each end, shape (n,).
    clock: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.genotype)

    @classmethod
    def of(cls, trajectory: Trajectory, proposals: Proposals) -> Trace:
        """The trace of a trajectory."""
        number = proposals.ended
        asked = [proposals.all[at] for at in number]
        return cls(
            genotype=tuple(map(str, trajectory.genotypes)),
            number=number,
            epochs=np.array([proposal.epochs for proposal in asked], dtype=np.int64),
            resumes=np.array([proposal.resumes for proposal in asked], dtype=np.int64),
            training_seed=trajectory.seeds,
            val_accuracy=trajectory.val_accuracy,
            runtime=trajectory.runtime,
            clock=trajectory.clock,
        )

    def trajectory(self) -> Trajectory:
        """The run that this is the trace of."""
        genotypes = list(map(Genotype.parse, self.genotype))
        epochs = None if (self.epochs == EPOCHS).all() else self.epochs
        return Trajectory(genotypes, self.training_seed, self.val_accuracy, self.runtime, self.clock, epochs)

    @property
    def hash(self) -> str:
        """SHA-256 of all rows as text: Parquet's bytes change with the library that writes them."""
        columns = [getattr(self, name).tolist() for name in _COLUMNS[1:]]
        rows = zip(self.genotype, *columns, strict=True)
        return sha256("".join(f"{row[0]},{','.join(map(repr, row[1:]))}\n" for row in rows).encode())


def write_trace(trace: Trace, path: Path) -> None:
    """Write a trace as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: getattr(trace, name) for name in _COLUMNS}
    pq.write_table(pa.table(columns, schema=_schema()), path, compression="zstd")


def read_trace(path: Path) -> Trace:
    """Read a trace.

    Raises:
        RunFileError: It cannot be read, or is no trace.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
        is_trace = table.schema.equals(_schema())
        is_trace &= not any(column.null_count for column in table.columns)
        arrays = {name: table.column(name).to_numpy() for name in _COLUMNS[1:]}
        trace = Trace(genotype=tuple(table.column("genotype").to_pylist()), **arrays)
    except (OSError, pa.ArrowException, KeyError, ValueError, TypeError) as error:
        raise RunFileError(f"{path}: no trace of a run, or damaged ({one_line(str(error))})") from None
    if not is_trace:
        columns = ", ".join(f"{field.name} ({field.type})" for field in table.schema)
        raise RunFileError(f"{path}: no trace of this protocol: it has {one_line(columns)}")
    return trace


def _schema() -> Any:
    import pyarrow as pa

    types = {"genotype": pa.string(), **dict.fromkeys(_INTEGERS, pa.int64())}
    return pa.schema({name: types.get(name, pa.float64()) for name in _COLUMNS})
