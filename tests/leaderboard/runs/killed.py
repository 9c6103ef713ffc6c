"""Runs made-up cells and kills itself at every file operation in turn, until all are stored.

Each process is killed by SIGKILL one operation later than the one before it; a process that comes to
its end has stored the rest. Prints how many were killed.
"""

import os
import signal
import sys
from pathlib import Path

from leaderboard.runs.plan import Task
from leaderboard.runs.record import Run
from leaderboard.runs.runner import run_missing
from leaderboard.runs.store import Store
from leaderboard.runs.trace import Trace, read_trace

FILE_OPERATIONS = {
    "open",
    "os.link",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.remove",
    "os.scandir",
    "shutil.rmtree",
}


def killed_after(operations):
    """In a child: end as if pulled out of the socket, before the operation of that number."""
    left = operations

    def watch(event, _):
        nonlocal left
        if event in FILE_OPERATIONS:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def main(template, folder, trace):
    runs = [Run.model_validate_json(line) for line in Path(template).read_bytes().splitlines()]
    by_id, made = {run.cell.id: run for run in runs}, read_trace(Path(trace))
    store = Store(Path(folder))
    tasks = [Task(run.cell, Path(), "", Path(), store.campaign()) for run in runs]

    def make(task):
        return by_id[task.cell.id], Trace(*(getattr(made, name) for name in Trace.__dataclass_fields__))

    killed, at, last, stored = 0, 0, 20, 0
    while True:
        # later every time, and again early: fresh remains of all kinds are met at all moments
        at = at % last + 1
        if at == 1:
            # whoever comes nowhere is killed later
            last, stored = last + 2 * (len(store.ids()) == stored), len(store.ids())
        child = os.fork()
        if child == 0:
            killed_after(at)
            for _ in run_missing(tasks, store, None, make):
                pass
            os._exit(0)
        if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
            break
        killed += 1
    sys.stdout.write(f"{killed}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
