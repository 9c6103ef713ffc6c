"""Runs a command on a lifeline: when the evaluator is gone, so is everything that the command has started.

    python -I -S lifeline.py LIFELINE COMMAND...

LIFELINE is the reading end of a pipe that nobody writes to, and whose other end the evaluator alone
holds: its end is the evaluator's, however that came about, or its wish. The kernel's signal at a
parent's death does not do: it is not sent where the parent has died before it was asked for, and
bubblewrap's child waits for its parent for ever if that dies in the wrong moment. What loses its parent
becomes a child of this process, which ends when it has no more.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
from contextlib import suppress

_SET_CHILD_SUBREAPER = 36


def main() -> None:
    """Run the command, end what it leaves, and exit with its status: 128 and more for a signal."""
    lifeline, command = int(sys.argv[1]), sys.argv[2:]
    os.set_inheritable(lifeline, False)  # noqa: FBT003 - has no name
    if ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    child = os.posix_spawnp(command[0], command, os.environ)
    # where this held the channel, too, its other side would never learn that it was closed
    for descriptor in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208 - pathlib takes as long as the rest
        if descriptor > 2 and descriptor != lifeline:
            with suppress(OSError):  # that of the listing
                os.close(descriptor)
    watched = select.poll()
    for descriptor in (lifeline, os.pidfd_open(child)):
        watched.register(descriptor, select.POLLIN)
    watched.poll()
    code = os.waitstatus_to_exitcode(_status_when_all_have_ended(child))
    os._exit(128 - code if code < 0 else code)


def _status_when_all_have_ended(child: int) -> int:
    """End all processes below this one; the status of the first, which may have ended before."""
    status = 0
    while True:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as children:  # noqa: PTH123
            for pid in children.read().split():
                with suppress(OSError):  # ended meanwhile
                    os.kill(int(pid), signal.SIGKILL)
        try:
            # those that lose their parent now are children before it can be waited for
            ended, its_status = os.waitpid(-1, 0)
        except ChildProcessError:
            return status
        if ended == child:
            status = its_status


if __name__ == "__main__":
    main()
