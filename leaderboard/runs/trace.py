"""A trace is every evaluation of a run, in the order in which they ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import RunFileError
from nb301.errors import one_line
from nb301.files import sha256
from nb301.optimizers import Trajectory
from nb301.space import Genotype

_COLUMNS = ("genotype", "number", "training_seed", "val_accuracy", "runtime", "clock")


@dataclass(frozen=True, slots=True)
class Trace:
    """Columns of equal length n, from which anybody can compute all answers again."""

    #: Text form of what was proposed.
    genotype: tuple[str, ...]
    #: Number of the proposal, from 0: with several workers later ones may end first. Shape (n,).
    number: NDArray[np.int64]
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
    def of(cls, trajectory: Trajectory, number: NDArray[np.int64]) -> Trace:
        """The trace of a trajectory; `number` has the numbers of its proposals, shape (n,)."""
        return cls(
            genotype=tuple(map(str, trajectory.genotypes)),
            number=number,
            training_seed=trajectory.seeds,
            val_accuracy=trajectory.val_accuracy,
            runtime=trajectory.runtime,
            clock=trajectory.clock,
        )

    def trajectory(self) -> Trajectory:
        """The run that this is the trace of."""
        genotypes = list(map(Genotype.parse, self.genotype))
        return Trajectory(genotypes, self.training_seed, self.val_accuracy, self.runtime, self.clock)

    @property
    def hash(self) -> str:
        """SHA-256 of all rows as text: Parquet's bytes change with the library that writes them."""
        integers = (self.number.tolist(), self.training_seed.tolist())
        reals = (self.val_accuracy.tolist(), self.runtime.tolist(), self.clock.tolist())
        rows = zip(self.genotype, *integers, *reals, strict=True)
        return sha256("".join(f"{g},{n},{s},{v!r},{r!r},{c!r}\n" for g, n, s, v, r, c in rows).encode())


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

    whole, real = pa.int64(), pa.float64()
    return pa.schema(dict(zip(_COLUMNS, (pa.string(), whole, whole, real, real, real), strict=True)))
