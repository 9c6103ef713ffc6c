"""The runner: plans cells, leaves out those that are stored, and runs the others in the sandbox."""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for
from pathlib import Path

import numpy as np

from leaderboard import session
from leaderboard.canary import Attestation, attest
from leaderboard.cells import BUDGET_EVALUATIONS, BUDGET_SECONDS, Cell
from leaderboard.environment import environment, hash_of
from leaderboard.errors import RunError, SubmissionError
from leaderboard.limits import Level
from leaderboard.protocol import VERSION
from leaderboard.scan import Severity, scan
from leaderboard.session import Code, Outcome
from leaderboard.store import Entry, Incumbents, Origin, Recommendation, ReleaseReference, Run, Store, Support
from leaderboard.submission import Submission
from leaderboard.trace import Trace
from nb301.benchmark import Benchmark, load
from nb301.errors import DataMissing
from nb301.optimizers import Budget, Trajectory
from nb301.releases import find

_BUDGET = Budget(seconds=BUDGET_SECONDS, evaluations=BUDGET_EVALUATIONS)
#: Run `s` trains with seeds from `s` times this on, so that no two runs share noise.
TRAINING_SEEDS = 10**6
#: Queries of a run that are compared with the release's table; each takes a millisecond.
_SUPPORT = 100


@dataclass(frozen=True, slots=True)
class Task:
    """A cell to run, and where what it needs is found."""

    cell: Cell
    #: The submission's.
    folder: Path
    #: Name or folder of its release, as `nb301.load` takes it.
    release: str
    #: Folder of installed environments.
    environments: Path


#: Makes a task's run; sent to other processes.
Execute = Callable[[Task], tuple[Run, Trace]]


def plan(
    folders: Sequence[Path],
    releases: Sequence[str],
    seeds: Iterable[int],
    environments: Path,
    *,
    budget: Budget = _BUDGET,
    workers: int = 1,
    level: Level = Level.sealed,
) -> list[Task]:
    """List the runs of submissions on releases, paired ones together.

    Args:
        folders: Of the submissions.
        releases: Names or folders, as `nb301.load` takes them.
        seeds: Seed `s` of one entry is paired with seed `s` of every other: both get equal random
            seeds and see the same noise.
        environments: Folder of installed environments.
        budget: Of each run; both limits are finite.
        workers: Evaluations that are open at once.
        level: How well submissions are sealed off; those that are not are not ranked.

    Raises:
        SubmissionError: A submission is wrong, or its source shows what is refused.
        ReleaseError: A release cannot be read, or there is none of that name.
        RunError: A limit of the budget is infinite.
    """
    if not (np.isfinite(budget.seconds) and np.isfinite(budget.evaluations)):
        raise RunError(f"a run needs both limits, of seconds and of evaluations, got {budget}")
    submissions = [_scanned(Submission(folder.resolve())) for folder in folders]
    hashes = {each.folder: hash_of(each) for each in submissions}
    references = {release: release_reference(release) for release in dict.fromkeys(releases)}
    return [
        Task(
            Cell(
                protocol=VERSION,
                submission=each.slug,
                tree_hash=each.tree_hash,
                environment_hash=hashes[each.folder],
                release_hash=reference.release_hash,
                seed=seed,
                budget_seconds=budget.seconds,
                budget_evaluations=int(budget.evaluations),
                workers=workers,
                limits=each.limits(),
                level=level,
            ),
            each.folder,
            release,
            environments.resolve(),
        )
        # seeds come first: whatever has been run when somebody looks is paired
        for seed in seeds
        for release, reference in references.items()
        for each in submissions
    ]


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


def execute(task: Task) -> tuple[Run, Trace]:
    """Run a cell.

    Raises:
        RunError: What is at hand is not what the cell names: another submission or release.
        SandboxError: This machine cannot seal it off.
    """
    started, cell = _now(), task.cell
    submission = Submission(task.folder)
    benchmark = _benchmark(task.release)
    packages = environment(submission, task.environments)
    _check(f"{task.folder}: the files", submission.tree_hash, cell.tree_hash)
    _check(f"{task.folder}: its environment", packages.hash, cell.environment_hash)
    _check(f"release {task.release}", benchmark.release.release_hash, cell.release_hash)
    attestation = _attested(cell.level)
    outcome = session.run(
        Code.of(submission),
        packages,
        cell.limits,
        benchmark.query,
        Budget(seconds=cell.budget_seconds, evaluations=cell.budget_evaluations),
        seed=cell.seed,
        training_seed=cell.seed * TRAINING_SEEDS,
        workers=cell.workers,
        level=cell.level,
    )
    origin = _origin(attestation, started)
    return recorded(cell, submission, release_reference(task.release), benchmark, outcome, origin)


def recorded(
    cell: Cell,
    submission: Submission,
    release: ReleaseReference,
    benchmark: Benchmark,
    outcome: Outcome,
    origin: Origin,
) -> tuple[Run, Trace]:
    """What is stored of a run, however it ended."""
    manifest = submission.manifest
    trace = Trace.of(outcome.trajectory)
    recommended = outcome.recommendation
    run = Run(
        cell=cell,
        entry=Entry(
            name=manifest.name,
            version=manifest.version,
            reference=manifest.reference,
            families=tuple(manifest.model_use.families),
            deterministic=manifest.deterministic,
            used_benchmark_data=manifest.prior_knowledge.used_benchmark_data,
        ),
        release=release,
        conflicts=tuple(submission.conflicts_with(release.family)),
        verdict=outcome.verdict,
        detail=outcome.detail,
        output=outcome.output,
        evaluations=len(trace),
        incumbents=incumbents(outcome.trajectory, benchmark),
        recommendation=None
        if recommended is None
        else Recommendation(genotype=str(recommended), mean=benchmark.query(recommended).mean),
        support=_support(outcome.trajectory, benchmark),
        trace_hash=trace.hash,
        usage=outcome.usage,
        origin=origin,
    )
    return run, trace


def incumbents(trajectory: Trajectory, benchmark: Benchmark) -> Incumbents:
    """The incumbents of a run with their observed accuracy and their noise-free ensemble mean."""
    chosen = np.unique(trajectory.incumbents)
    genotypes = [trajectory.genotypes[index] for index in chosen]
    means = benchmark.query(genotypes).mean.tolist() if genotypes else []
    return Incumbents(
        evaluation=tuple(chosen.tolist()),
        clock_seconds=tuple(trajectory.clock[chosen].tolist()),
        val_accuracy=tuple(trajectory.val_accuracy[chosen].tolist()),
        mean=tuple(means),
        genotype=tuple(map(str, genotypes)),
    )


def install(tasks: Sequence[Task]) -> None:
    """Install the packages that submissions have locked once, before several processes do."""
    for folder, environments in dict.fromkeys((task.folder, task.environments) for task in tasks):
        environment(Submission(folder), environments)


def missing(tasks: Sequence[Task], store: Store) -> list[Task]:
    """The tasks whose run is not stored."""
    return [task for task in tasks if not store.has(task.cell)]


def run_missing(
    tasks: Sequence[Task], store: Store, executor: Executor | None = None, make: Execute = execute
) -> Iterator[Run]:
    """Run the cells that a store lacks, and store each as soon as it has ended.

    Args:
        tasks: What `plan` returned, or a part of it.
        store: One process at a time adds to it.
        executor: `local_processes`, or `Client.get_executor(pure=False)` of dask.distributed, which
            runs the tasks of a worker that died again; None for this process.
        make: Makes each run.

    Yields:
        Each new run, after it was stored.

    Raises:
        RunFileError: Another process adds to the store.
    """
    with store.opened():
        for run, trace in _made(missing(tasks, store), executor, make):
            store.add(run, trace)
            yield run


@contextmanager
def local_processes(count: int) -> Iterator[Executor]:
    """Processes on this machine that end with this one, however it ends."""
    # spawned, not forked: the libraries below have threads of their own
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_end_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _made(tasks: Sequence[Task], executor: Executor | None, make: Execute) -> Iterator[tuple[Run, Trace]]:
    if executor is None:
        yield from map(make, tasks)
        return
    waiting = {executor.submit(make, task) for task in tasks}
    try:
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            while done:  # whose traces are not kept once they are stored
                yield done.pop().result()
    finally:
        for future in waiting:
            future.cancel()


def _end_with_parent() -> None:
    """Watch the process that gave this one its work: without it nobody takes what is made."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        wait_for([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _scanned(submission: Submission) -> Submission:
    wrong = [each for each in scan(submission) if each.severity is Severity.error]
    if wrong:
        listed = "; ".join(f"{each.place}: {each.message}" for each in wrong)
        raise SubmissionError(f"{submission.folder}: {listed}")
    return submission


def _check(what: str, found: str, expected: str) -> None:
    if found != expected:
        raise RunError(
            f"{what} on {platform.node()} have hash {found}, but the cell names {expected}: files were "
            "changed after the runs were planned, or machines hold different ones"
        )


@cache
def _benchmark(release: str) -> Benchmark:
    """Each process loads each release once."""
    return load(release)


@cache
def _attested(level: Level) -> Attestation:
    """Each process proves once that the sandbox holds on its machine."""
    return attest(level)


def _support(trajectory: Trajectory, benchmark: Benchmark) -> Support | None:
    if not len(trajectory):
        return None
    chosen = np.unique(np.linspace(0, len(trajectory) - 1, _SUPPORT).astype(int))
    try:
        found = benchmark.familiarity([trajectory.genotypes[index] for index in chosen])
    except DataMissing:
        return None
    return Support(queries=len(found), unfamiliar=sum(not each.is_familiar for each in found))


def _origin(attestation: Attestation, started: str) -> Origin:
    try:
        ours = version("nb301")
    except PackageNotFoundError:  # a checkout on the path
        ours = "checkout"
    return Origin(
        grouped=attestation.grouped,
        canary=attestation.canary,
        nb301=ours,
        numpy=np.__version__,
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        started=started,
        ended=_now(),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
