"""Pools of processes: one that dies takes its own task alone."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from leaderboard.errors import RunError
from leaderboard.runs.pools import local_processes


@pytest.mark.parametrize(
    ("function", "argument", "error"),
    [(os._exit, 1, RunError), (signal.raise_signal, signal.SIGKILL, RunError), (sys.exit, 1, SystemExit)],
    ids=["exit", "killed", "raised"],
)
def test_a_process_that_dies_takes_its_own_task_alone(function, argument, error):
    """The others' results come, and new processes take the place of dead ones."""
    with local_processes(2) as processes:
        tasks = [processes.submit(abs, -number) for number in range(1, 4)]
        deaths = [processes.submit(function, argument) for _ in range(2)]
        tasks += [processes.submit(abs, -number) for number in range(4, 7)]

        assert [task.result() for task in tasks] == [*range(1, 7)]
        for death in deaths:
            with pytest.raises(error):
                death.result()
