"""The runner makes runs in the sandbox, and stores each as soon as it has ended."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from datetime import UTC, datetime
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from itertools import islice

import numpy as np

from leaderboard.entries.environment import environment
from leaderboard.entries.submission import Submission
from leaderboard.errors import RunError
from leaderboard.runs import session
from leaderboard.runs.blind import Labels
from leaderboard.runs.plan import NotRun, Task, missing
from leaderboard.runs.record import Origin, Run
from leaderboard.runs.recording import recorded
from leaderboard.runs.releases import loaded
from leaderboard.runs.session import Code, Conditions
from leaderboard.runs.store import Store
from leaderboard.runs.trace import Trace
from leaderboard.sandbox.attest import Attestation, attest
from leaderboard.sandbox.limits import Level
from nb301.optimizers import Budget

#: Tasks that an executor has at once: more than it has workers, but not all of a campaign, each of which
#: takes dask.distributed 22 kB.
_SUBMITTED = 5000
#: Makes a task's run; sent to other processes.
Execute = Callable[[Task], tuple[Run, Trace]]


def execute(task: Task) -> tuple[Run, Trace]:
    """Make a run.

    Raises:
        RunError: What is at hand is not what the key names: another submission or release.
        SandboxError: This machine cannot seal it off.
    """
    started, cell = _now(), task.cell
    submission = Submission(task.folder)
    benchmark = loaded(task.release)
    packages = environment(submission, task.environments)
    _check(f"{task.folder}: the files", submission.tree_hash, cell.tree_hash)
    _check(f"{task.folder}: its environment", packages.hash, cell.environment_hash)
    _check(f"release {task.release}", benchmark.release.release_hash, cell.release_hash)
    _check("the campaign", task.campaign.id, cell.campaign)
    attestation = _attested(cell.level)
    outcome = session.run(
        Code.of(submission),
        packages,
        cell.limits,
        benchmark.query,
        Budget(seconds=cell.budget_seconds, evaluations=cell.budget_evaluations),
        seed=cell.seed,
        training_seed=task.campaign.training_seed(cell.seed),
        workers=cell.workers,
        conditions=Conditions(
            cell.problem, benchmark.network, Labels.of(task.campaign, cell.seed) if cell.blind else None
        ),
        level=cell.level,
    )
    origin = _origin(attestation, started)
    return recorded(cell, submission, benchmark, outcome, origin)


def run_missing(
    tasks: Sequence[Task], store: Store, executor: Executor | None = None, make: Execute = execute
) -> Iterator[Run | NotRun]:
    """Make the runs that a store lacks, and store each as soon as it has ended.

    Whatever happens to one, be it that its process dies or that it cannot be stored, the others are made.

    Args:
        tasks: What `plan` returned, or a part of it.
        store: One process at a time adds to it.
        executor: `pools.local_processes`, or `Client.get_executor(pure=False)` of dask.distributed, which
            runs the tasks of a worker that died again; None for this process.
        make: Makes each run.

    Yields:
        Each new run, after it was stored, and each failure.

    Raises:
        RunFileError: Another process adds to the store, or it is damaged.
    """
    with store.opened():
        for task, made in _ended(missing(tasks, store), executor, make):
            try:
                run, trace = made()
                store.add(run, trace)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are run
                yield NotRun.of_task(task, error)
            else:
                yield run


def _ended(
    tasks: Sequence[Task], executor: Executor | None, make: Execute
) -> Iterator[tuple[Task, Callable[[], tuple[Run, Trace]]]]:
    """Tasks as they end, each with a function that returns its run, or raises why there is none."""
    if executor is None:
        for task in tasks:
            yield task, partial(make, task)
        return
    to_submit, waiting = iter(tasks), dict[Future[tuple[Run, Trace]], Task]()
    try:
        while True:
            for task in islice(to_submit, _SUBMITTED - len(waiting)):
                waiting[executor.submit(make, task)] = task
            if not waiting:
                break
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            while done:
                future = done.pop()  # its trace is not kept once it is stored
                yield waiting.pop(future), future.result
                del future
    finally:
        for future in waiting:
            future.cancel()


def _check(what: str, at_hand: str, expected: str) -> None:
    if at_hand != expected:
        raise RunError(
            f"{what} on {platform.node()} have hash {at_hand}, but the cell names {expected}: files were "
            "changed after the runs were planned, or machines hold different ones"
        )


@cache
def _attested(level: Level) -> Attestation:
    """Each process proves once that the sandbox holds on its machine."""
    return attest(level)


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
