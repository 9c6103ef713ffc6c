"""Kills evaluators at random moments of the sandbox's start, and counts what is left of their sandboxes.

    PYTHONPATH=. python tests/leaderboard/sandbox/orphans.py [KILLS] [SEED]

All processes that lose their parent become children of this one, which knows of each whether it ends.
"""

from __future__ import annotations

import ctypes
import os
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

_SUBREAPER = 36
#: For what is left to end by itself, in seconds.
_GRACE = 10.0
#: Starts sandboxes until it is killed; says when it begins with each.
_EVALUATOR = """
import os
from leaderboard.sandbox import start
from leaderboard.sandbox.limits import Limits
from leaderboard.sandbox.mounts import Environment

files = {"hang_at_import.py": b"while True: pass"}
while True:
    os.write(1, b".")
    process = start.start(files, Environment("none"), Limits())
    process.send({"id": 1, "do": "import", "entry_point": "hang_at_import:Optimizer"})
    process.kill()
    process.close()
"""


def children() -> list[int]:
    """Of this process, those that it has inherited among them."""
    return [int(each) for each in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def ended() -> int:
    """Wait for all children to end; the number of those that do not, which are ended."""
    deadline = time.monotonic() + _GRACE
    while time.monotonic() < deadline:
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return 0
        time.sleep(0.005)
    left = children()
    while True:
        for each in children():
            os.kill(each, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return len(left)


def main() -> None:
    """Kill as often as is asked for."""
    kills, seed = (int(each) for each in [*sys.argv[1:], "100", "0"][:2])
    if ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit("this process cannot become the parent of orphans")
    rng, orphans = random.Random(seed), 0
    started = 0.0
    for _ in range(kills):
        evaluator = subprocess.Popen([sys.executable, "-c", _EVALUATOR], stdout=subprocess.PIPE)
        os.read(evaluator.stdout.fileno(), 1)
        begun = time.monotonic()
        if not started:  # the first is let through, to know how long it takes
            os.read(evaluator.stdout.fileno(), 1)
            started = time.monotonic() - begun
        else:
            select.select([], [], [], rng.uniform(0, started))
        evaluator.kill()
        evaluator.wait()
        evaluator.stdout.close()
        orphans += ended()
    sys.stdout.write(f"{kills} kills within {started:.3f} s of a start, {orphans} orphans\n")
    sys.exit(1 if orphans else 0)


if __name__ == "__main__":
    main()
