"""Traces: every evaluation of a run, in the order in which they ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import RunFileError
from nb301.files import sha256
from nb301.optimizers import Trajectory
from nb301.space import Genotype

_COLUMNS = ("genotype", "training_seed", "val_accuracy", "runtime", "clock")


@dataclass(frozen=True, slots=True)
class Trace:
    """Columns of equal length n; what anybody needs to compute all answers again."""

    #: Text form of what was proposed.
    genotype: tuple[str, ...]
    #: Shape (n,).
    training_seed: NDArray[np.int64]
    #: Observed, with noise; fractions, shape (n,).
    val_accuracy: NDArray[np.float64]
    #: Of each training, simulated seconds, shape (n,).
    runtime: NDArray[np.float64]
    #: Simulated seconds from the run's start to each end, shape (n,).
    clock: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.genotype)

    @classmethod
    def of(cls, trajectory: Trajectory) -> Trace:
        """The trace of a run that was simulated."""
        return cls(
            genotype=tuple(map(str, trajectory.genotypes)),
            training_seed=trajectory.seeds,
            val_accuracy=trajectory.val_accuracy,
            runtime=trajectory.runtime,
            clock=trajectory.clock,
        )

    def trajectory(self) -> Trajectory:
        """The run that this is the trace of."""
        genotypes = [Genotype.parse(text) for text in self.genotype]
        return Trajectory(genotypes, self.training_seed, self.val_accuracy, self.runtime, self.clock)

    @property
    def hash(self) -> str:
        """SHA-256 of all rows as text: Parquet's bytes change with the library that writes them."""
        columns = [getattr(self, name).tolist() for name in _COLUMNS[1:]]
        rows = zip(self.genotype, *columns, strict=True)
        return sha256("".join(f"{g},{s},{v!r},{r!r},{c!r}\n" for g, s, v, r, c in rows).encode())


def write_trace(trace: Trace, path: Path) -> None:
    """Write a trace as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: getattr(trace, name) for name in _COLUMNS}
    pq.write_table(pa.table(columns), path, compression="zstd")


def read_trace(path: Path) -> Trace:
    """Read a trace.

    Raises:
        RunFileError: It cannot be read, or is no trace.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, columns=list(_COLUMNS))
        genotypes = table.column("genotype").to_pylist()
        seed, *others = (table.column(name).to_numpy() for name in _COLUMNS[1:])
        return Trace(tuple(genotypes), seed.astype(np.int64), *(each.astype(np.float64) for each in others))
    except (OSError, pa.ArrowException, KeyError, ValueError, TypeError) as error:
        raise RunFileError(f"{path}: no trace of a run, or damaged ({error})") from None
