"""Runs of optimizers: which are planned, how they are made in chunks, and how chunks are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nb301.files import sha256, write_text
from nb301.optimizers import OPTIMIZERS
from nb301.optimizers.multi_fidelity import MULTI_FIDELITY
from nb301.sources import SourceKind, sources_of
from nb301.space import Genotype
from validation.code_hash import code_hash
from validation.lockstep import Run, Trainings, run_together

#: Times that claims ask about, simulated seconds.
EARLY, MIDDLE, LATE = 1e5, 1e6, 1e7
#: Of each optimizer, how many runs go on until which time; the first ones go on longest. Paired differences
#: of what an oracle and the truth find have a std of 0.12 to 0.24 points by 10^6 s, 0.14 to 0.17 by 10^7 s:
#: claims of equivalence then have a power of 80 % and more where half a margin is wrong. Optimizers that fit
#: models to propose take seconds for what the others do in a tenth of one, so they end earlier and have fewer
#: runs, with that power where a third of a margin is wrong; COMBO, ten times slower, does not run.
PLAN: Mapping[str, Mapping[float, int]] = {
    "rs": {EARLY: 1600, MIDDLE: 1600, LATE: 200},
    "re": {EARLY: 1600, MIDDLE: 1600, LATE: 200},
    "ls": {EARLY: 2000, MIDDLE: 2000, LATE: 200},
    "de": {EARLY: 1600, MIDDLE: 1600, LATE: 200},
    "tpe": {EARLY: 400, MIDDLE: 400},
    "bananas": {EARLY: 400, MIDDLE: 400},
}
#: Likewise of optimizers that stop trainings early, whose paired differences have a smaller std. Margins and
#: rankings are of the others.
STOPPING_EARLY: Mapping[str, Mapping[float, int]] = {
    "hyperband": {EARLY: 800, MIDDLE: 400},
    "asha": {EARLY: 800, MIDDLE: 400},
    "dehb": {EARLY: 800, MIDDLE: 400},
}
#: As many runs are made together, and kept as one file.
CHUNK = 100
#: Training seeds of two runs are no closer: no run has as many evaluations of one architecture.
_SEEDS = 10**6
#: Raised when runs would come out otherwise for what neither an optimizer's code nor a release's hash tells.
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Chunk:
    """Runs that are made together.

    Args:
        optimizer: A name in `OPTIMIZERS` or `MULTI_FIDELITY`.
        seconds: Simulated time of each.
        first: Number of the first run, which is its optimizer's seed.
        n: How many.
    """

    optimizer: str
    seconds: float
    first: int
    n: int

    def make(self, trainings: Trainings, shortest: float = 0.0) -> list[Run]:
        """Make the runs; see `lockstep.run_together`."""
        numbers = range(self.first, self.first + self.n)
        optimizers = [maker_of(self.optimizer)(np.random.default_rng(number)) for number in numbers]
        seeds = [_SEEDS * number for number in numbers]
        return run_together(
            optimizers,
            trainings,
            self.seconds,
            seeds=seeds,
            shortest=shortest,
            stop_early=stops_early(self.optimizer),
        )


def planned(optimizer: str, until: float = np.inf, most: int | None = None) -> Iterator[Chunk]:
    """Chunks of an optimizer's runs, in their order.

    Args:
        optimizer: One that is planned.
        until: Simulated seconds after which nobody looks at them.
        most: Runs at most, for whom fewer do.
    """
    moments = {moment: n for moment, n in _moments(optimizer).items() if moment <= until}
    last = min(max(moments.values()), max(moments.values()) if most is None else most)
    for first in range(0, last, CHUNK):
        going_on = [moment for moment, n in moments.items() if n > first]
        yield Chunk(optimizer, max(going_on), first, min(CHUNK, last - first))


def runs_at(optimizer: str, seconds: float) -> int:
    """How many runs of an optimizer go on until a time; 0 where none does."""
    return _moments(optimizer).get(seconds, 0)


def stops_early(optimizer: str) -> bool:
    """Whether it proposes trainings of some epochs."""
    return optimizer in MULTI_FIDELITY


def fits_models(optimizer: str) -> bool:
    """Whether its proposals take time, which is what most of that of runs goes to."""
    return sources_of(SourceKind.BLACK_BOX)[optimizer].seconds > 0


class Store:
    """A folder of chunks, each named by all that decides it.

    Args:
        folder: Where; it need not be there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, chunk: Chunk, asked: str) -> Path:
        """Where a chunk is, or would be.

        Args:
            chunk: Which.
            asked: Tells what was asked from everything else, such as a release's hash.
        """
        optimizer = type_of(chunk.optimizer)
        code = code_hash(optimizer, "validation.lockstep")
        about = [_FORMAT, asked, code, _SEEDS, *asdict(chunk).values()]
        return self._folder / f"{chunk.optimizer}-{sha256(json.dumps(about).encode())[:16]}.json"

    def read(self, chunk: Chunk, asked: str) -> list[Run] | None:
        """Runs that are kept; None where there are none that can be read."""
        with suppress(OSError, ValueError, TypeError, RecursionError, AttributeError):
            entries = json.loads(self.path(chunk, asked).read_text(encoding="utf-8"))
            runs = [Run([*map(float, seconds)], [*map(Genotype.parse, names)]) for seconds, names in entries]
            if len(runs) == chunk.n:
                return runs
        return None

    def write(self, chunk: Chunk, asked: str, runs: Sequence[Run]) -> None:
        """Keep runs."""
        entries = [[run.seconds, [*map(str, run.genotypes)]] for run in runs]
        write_text(self.path(chunk, asked), json.dumps(entries) + "\n")

    def has(self, chunk: Chunk, asked: str) -> bool:
        """Whether there is such a file."""
        return self.path(chunk, asked).is_file()


def maker_of(optimizer: str) -> Callable[..., Any]:
    """What makes an optimizer of a generator."""
    return MULTI_FIDELITY[optimizer] if stops_early(optimizer) else OPTIMIZERS[optimizer]


def type_of(optimizer: str) -> str:
    """The module of an optimizer's class."""
    module: str = maker_of(optimizer).__module__
    return module


def _moments(optimizer: str) -> Mapping[float, int]:
    return STOPPING_EARLY[optimizer] if stops_early(optimizer) else PLAN[optimizer]
