"""The runner: plans the runs, leaves out those that are stored, and makes the others."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from leaderboard.entries import ENTRIES, Entry
from leaderboard.errors import RunError
from leaderboard.store import Incumbents, ReleaseReference, Run, RunIdentity, is_stored, write_run
from nb301.benchmark import Benchmark, load
from nb301.optimizers import Budget, Trajectory, simulate
from nb301.releases import find

#: Raised whenever equal entries, releases, seeds and budgets would no longer give equal results.
PROTOCOL = 1
#: Simulated seconds of a run: the paper's, 115 GPU days.
BUDGET_SECONDS = 1e7
#: Run `s` trains with seeds from `s` times this on, so that no two runs share noise.
_TRAINING_SEEDS = 10**6


@dataclass(frozen=True, slots=True)
class Task:
    """A run to make."""

    identity: RunIdentity
    #: Name or folder of its release, as `nb301.load` takes it.
    release: str


def plan(
    releases: Sequence[str],
    seeds: Iterable[int],
    budget_seconds: float = BUDGET_SECONDS,
    entries: Mapping[str, Entry] = ENTRIES,
) -> list[Task]:
    """List the runs of every entry on every release with every seed.

    Args:
        releases: Names or folders, as `nb301.load` takes them.
        seeds: Seed `s` of one entry is paired with seed `s` of every other: both draw from equal
            generators and see the same noise.
        budget_seconds: Simulated seconds of each run.
        entries: By slug.

    Raises:
        ReleaseError: A release cannot be read, or there is none of that name.
        RunError: The budget is not a positive number.
    """
    if not 0 < budget_seconds < float("inf"):
        raise RunError(f"a budget is a positive number of simulated seconds, got {budget_seconds}")
    seeds = list(seeds)
    tasks = []
    for release in dict.fromkeys(releases):
        reference = release_reference(release)
        for slug, entry in entries.items():
            for seed in seeds:
                identity = RunIdentity(
                    protocol=PROTOCOL,
                    entry=slug,
                    settings=dict(entry.settings),
                    release=reference,
                    seed=seed,
                    budget_seconds=budget_seconds,
                )
                tasks.append(Task(identity, release))
    return tasks


def release_reference(release: str) -> ReleaseReference:
    """What a run notes of its release, by name or folder."""
    manifest = find(release).manifest
    return ReleaseReference(
        name=manifest.name,
        release_hash=manifest.release_hash,
        truth=manifest.truth,
        family=manifest.family,
        random_only=manifest.random_only,
    )


def missing(tasks: Sequence[Task], folder: Path) -> list[Task]:
    """The tasks whose run is not in a folder of runs.

    Raises:
        RunFileError: A file in a run's place is damaged, or no run.
    """
    return [task for task in tasks if not is_stored(task.identity, folder)]


def run_missing(tasks: Sequence[Task], folder: Path, processes: int = 1) -> Iterator[Run]:
    """Make the runs that a folder lacks and store each as soon as it has ended.

    Args:
        tasks: What `plan` returned, or a part of it.
        folder: Of runs.
        processes: Local processes; with 1, runs are made in this one.

    Yields:
        Each new run, after it was stored.
    """
    for run in _executed(missing(tasks, folder), processes):
        write_run(run, folder)
        yield run


def execute(task: Task) -> Run:
    """Make one run: the entry with one worker against the release, under the simulated clock.

    Raises:
        RunError: No evaluation ends within the budget.
    """
    started = _now()
    identity, entry = task.identity, ENTRIES[task.identity.entry]
    benchmark = _benchmark(task.release)
    trajectory = simulate(
        entry.build(np.random.default_rng(identity.seed)),
        benchmark.query,
        Budget(seconds=identity.budget_seconds),
        seed=identity.seed * _TRAINING_SEEDS,
    )
    if not len(trajectory):
        raise RunError(
            f"{identity.path}: no evaluation ends within {identity.budget_seconds:g} simulated seconds; "
            "one takes about 1,500: give a larger budget"
        )
    return Run(
        identity=identity,
        name=entry.name,
        reference=entry.reference,
        incumbents=incumbents(trajectory, benchmark),
        genotype=str(trajectory.genotypes[trajectory.incumbents[-1]]),
        evaluations=len(trajectory),
        versions=_versions(),
        started=started,
        ended=_now(),
    )


def incumbents(trajectory: Trajectory, benchmark: Benchmark) -> Incumbents:
    """The incumbents of a run with their observed accuracy and their noise-free ensemble mean."""
    chosen = np.unique(trajectory.incumbents)
    means = benchmark.query([trajectory.genotypes[index] for index in chosen]).mean
    return Incumbents(
        evaluation=tuple(chosen.tolist()),
        clock_seconds=tuple(trajectory.clock[chosen].tolist()),
        val_accuracy=tuple(trajectory.val_accuracy[chosen].tolist()),
        mean=tuple(means.tolist()),
    )


def _executed(tasks: Sequence[Task], processes: int) -> Iterator[Run]:
    if processes == 1 or len(tasks) < 2:
        yield from map(execute, tasks)
        return
    # spawned, not forked: the libraries below have threads of their own
    pool = ProcessPoolExecutor(min(processes, len(tasks)), mp_context=get_context("spawn"))
    try:
        for future in as_completed([pool.submit(execute, task) for task in tasks]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


@cache
def _benchmark(release: str) -> Benchmark:
    """Each process loads each release once."""
    return load(release)


def _versions() -> dict[str, str]:
    try:
        ours = version("nb301")
    except PackageNotFoundError:  # a checkout on the path
        ours = "checkout"
    return {"nb301": ours, "numpy": np.__version__, "python": platform.python_version()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
