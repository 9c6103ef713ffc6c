"""What tests of runs share: traces, stores, a submission to plan with, and damaged files."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leaderboard.errors import RunFileError
from leaderboard.runs.campaign import Campaign
from leaderboard.runs.check import create
from leaderboard.runs.key import Track
from leaderboard.runs.plan import Task, plan
from leaderboard.runs.record import Run
from leaderboard.runs.store import Store
from leaderboard.runs.trace import Trace

RELEASE = "emulated-xgb-v2.0"
#: Changes to each kind of file; `NB301_FUZZ=1000 pytest -s -k changed tests/leaderboard/runs` makes more.
ROUNDS = int(os.environ.get("NB301_FUZZ", "30"))


@pytest.fixture(scope="session")
def nothing() -> Trace:
    """A trace without evaluations."""
    none, whole = np.empty(0), np.empty(0, dtype=np.int64)
    return Trace((), *[whole] * 4, *[none] * 3)


@pytest.fixture(scope="session")
def short_trace() -> Trace:
    """Two evaluations, of what only looks like genotypes."""
    accuracy, runtime, clock = np.array([0.1, 1 / 3]), np.array([5.0, 6.0]), np.array([5.0, 11.0])
    integers = ([0, 1], [98, 98], [-1, -1], [1, 2])
    return Trace(("a", "b"), *map(np.array, integers), accuracy, runtime, clock)


@pytest.fixture
def store(store_of: Callable[[Path], Store], tmp_path: Path) -> Store:
    """A store without a run."""
    return store_of(tmp_path / "runs")


@pytest.fixture
def add(store: Store, short_trace: Trace) -> Callable[..., Store]:
    """Store runs, each as a command of its own would."""

    def added(*runs: Run) -> Store:
        for run in runs:
            with store.opened():
                store.add(run, short_trace)
        return store

    return added


@pytest.fixture(scope="session")
def climber(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A submission that needs no packages."""
    return create("climber", tmp_path_factory.mktemp("submissions"))


@pytest.fixture
def planned(climber: Path, tmp_path: Path, campaign: Campaign) -> Callable[..., list[Task]]:
    """Plan runs of it, of a dozen evaluations each."""

    def planned(
        seeds: Sequence[int] = (0,), releases: Sequence[str] = (RELEASE,), **changes: Any
    ) -> list[Task]:
        options = {"track": Track(1, 1e7, 12), **changes}
        return plan([climber], releases, seeds, tmp_path, campaign, **options)

    return planned


@pytest.fixture
def stored(make_run: Callable[..., Run], store: Store) -> tuple[Store, str]:
    """A store, and the name of a run in it, whose trace has nine rows."""
    run, order, values = make_run(), np.arange(9), np.arange(9.0)
    with store.opened():
        store.add(run, Trace(("a",) * 9, *[order] * 4, *[values] * 3))
    return store, run.cell.id


@pytest.fixture
def damaged() -> Callable[..., None]:
    """Change a file at random and read it: it is read, or a `RunFileError` of one line says why not."""

    def damaged(path: Path, changes: Sequence[Callable[..., bytes]], read: Callable[[], object]) -> None:
        rng, counts, data = np.random.default_rng(301), Counter[str](), path.read_bytes()
        for number in range(ROUNDS):
            path.write_bytes(changes[number % len(changes)](rng, data))
            said = ""
            try:
                read()
            except RunFileError as error:
                said = str(error)
            assert said.isprintable()
            counts["refused" if said else "read"] += 1
        sys.stdout.write(f"{path.name}: {dict(counts)}\n")

    return damaged
