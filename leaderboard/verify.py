"""Verification: computes every answer of a stored run again, from release and seed, and compares.

Answers are equal to the last bit on every processor, so that a run verifies anywhere, or was changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import RunError
from leaderboard.runner import TRAINING_SEEDS, Task, execute, incumbents
from leaderboard.store import Run, Store
from leaderboard.trace import Trace
from nb301.benchmark import Benchmark
from nb301.optimizers import Trajectory

#: Largest difference of a start, relative to the end: it is computed from ends and runtimes, which round.
_OF_START = 1e-9


@dataclass(frozen=True, slots=True)
class Verified:
    """What was compared, and all that was found wrong."""

    run: Run
    #: Sentences; none where the run is what it says.
    wrong: tuple[str, ...]


def verify(name: str, store: Store, benchmark: Benchmark) -> Verified:
    """Check a stored run.

    Args:
        name: Of the run.
        store: Where it is.
        benchmark: Its release.

    Raises:
        RunFileError: The run or the ledger cannot be read.
        RunError: The release is another one.
    """
    run, trace = store.read(name), store.trace(name)
    if benchmark.release.release_hash != run.cell.release_hash:
        raise RunError(
            f"{run.place}: was made on a release {run.release.name} of hash {run.cell.release_hash}, but the "
            f"one at hand has {benchmark.release.release_hash}: give its folder with --release"
        )
    return Verified(run, (*_ledger(run, store), *_contents(run, trace, benchmark)))


def rerun(run: Run, task: Task) -> tuple[str, ...]:
    """Execute a run's cell again and compare the evaluations; sentences as in `Verified`."""
    again, _ = execute(task)
    if again.trace_hash == run.trace_hash:
        return ()
    declared = "deterministic" if run.entry.deterministic else "not deterministic"
    told = (
        f"run again, its {again.evaluations:,} evaluations have hash {again.trace_hash}, stored are "
        f"{run.evaluations:,} of {run.trace_hash} (declared as {declared})"
    )
    return (told,)


def _ledger(run: Run, store: Store) -> Iterator[str]:
    noted = {line.run: line for line in store.ledger.lines()}.get(run.cell.id)
    if noted is None:
        yield f"{store.ledger.path} does not name it"
    elif noted.record != store.record_hash(run.cell.id):
        yield f"run.json was changed: {store.ledger.path} has SHA-256 {noted.record}"


def _contents(run: Run, trace: Trace, benchmark: Benchmark) -> Iterator[str]:
    if trace.hash != run.trace_hash:
        yield f"the trace was changed: its hash is {trace.hash}, the record has {run.trace_hash}"
    if len(trace) != run.evaluations:
        yield f"the trace has {len(trace):,} evaluations, the record {run.evaluations:,}"
    trajectory = trace.trajectory()
    if len(trajectory):
        yield from _answers(trajectory, benchmark)
        yield from _seeds(run, trajectory)
        yield from _clock(run, trajectory)
    yield from _scored(run, trajectory, benchmark)


def _answers(trajectory: Trajectory, benchmark: Benchmark) -> Iterator[str]:
    answers = benchmark.query(trajectory.genotypes, seed=trajectory.seeds.astype(np.uint64))
    for name in ("val_accuracy", "runtime"):
        stored, computed = getattr(trajectory, name), getattr(answers, name)
        wrong = np.flatnonzero(stored != computed)
        if wrong.size:
            first = wrong[0]
            yield (
                f"{name} of {wrong.size:,} evaluations is not the release's, first of evaluation {first}: "
                f"stored {stored[first]!r}, computed {computed[first]!r}"
            )


def _seeds(run: Run, trajectory: Trajectory) -> Iterator[str]:
    """The k-th evaluation of an architecture, as submitted, trains with the run's first seed plus k."""
    repeats: Counter[bytes] = Counter()
    expected = []
    for genotype in trajectory.genotypes:
        expected.append(run.cell.seed * TRAINING_SEEDS + repeats[genotype.canonical_code])
        repeats[genotype.canonical_code] += 1
    if run.cell.workers == 1:
        right = np.array_equal(trajectory.seeds, expected)
    else:
        # several may end in another order, and those that are open at the end are missing
        pairs = {(g.canonical_code, s) for g, s in zip(trajectory.genotypes, trajectory.seeds, strict=True)}
        late = trajectory.seeds - np.array(expected)
        right = len(pairs) == len(trajectory) and bool((np.abs(late) < run.cell.workers).all())
    if not right:
        yield "training seeds are not those that the protocol gives to repeated architectures"


def _clock(run: Run, trajectory: Trajectory) -> Iterator[str]:
    """Every evaluation starts at zero or when another one ends, each end letting one start."""
    workers, clock = run.cell.workers, trajectory.clock
    starts = np.sort(clock - trajectory.runtime)
    possible = np.concatenate([np.zeros(workers), clock])
    if not _matches(starts, possible, _OF_START * clock[-1]) or (np.diff(clock) < 0).any():
        yield f"the clock does not follow from the runtimes with {workers} workers"
    if clock[-1] > run.cell.budget_seconds or len(clock) > run.cell.budget_evaluations:
        yield "evaluations lie beyond the budget"


def _matches(starts: NDArray[np.float64], possible: NDArray[np.float64], tolerance: float) -> bool:
    """Whether every start has a possible one of its own within a tolerance; both ascending."""
    index = 0
    for start in starts:
        while index < len(possible) and possible[index] < start - tolerance:
            index += 1
        if index == len(possible) or possible[index] > start + tolerance:
            return False
        index += 1
    return True


def _scored(run: Run, trajectory: Trajectory, benchmark: Benchmark) -> Iterator[str]:
    computed, stored = incumbents(trajectory, benchmark), run.incumbents
    for name in ("evaluation", "clock_seconds", "val_accuracy", "genotype"):
        if getattr(computed, name) != getattr(stored, name):
            yield f"incumbents.{name} does not follow from the trace"
            return
    if computed.mean != stored.mean:
        yield "incumbents.mean is not the release's"
    recommended = run.recommendation
    if recommended is not None:
        mean = benchmark.query(recommended.genotype).mean
        if mean != recommended.mean:
            yield f"recommendation.mean is {recommended.mean!r}, computed {mean!r}"
