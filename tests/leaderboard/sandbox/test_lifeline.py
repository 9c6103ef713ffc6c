"""The lifeline: whatever a command has started ends with the evaluator, at whatever moment that ends.

All processes of a test hold the writing end of one pipe: its end, which is waited for, is theirs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leaderboard.sandbox import lifeline

#: Says that it is there, and has then a child, a grandchild of its own session and a stopped one.
FAMILY = """
import os, signal
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(1, b".")
        os.kill(os.getpid(), signal.SIGSTOP)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.write(1, b".")
    signal.pause()
os.write(1, b".")
"""
#: And stays, or goes before its children.
STAYS, GOES = f"{FAMILY}signal.pause()", f"{FAMILY}os._exit(7)"


@pytest.fixture
def start():
    """Start a Python program on a lifeline: the process, what it prints to, and the end that is held."""
    started = []

    def start(program, *, held=True):
        theirs, ours = os.pipe()
        if not held:
            os.close(ours)
        command = [sys.executable, "-I", "-S", lifeline.__file__, str(theirs), sys.executable, "-c", program]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, pass_fds=[theirs])
        os.close(theirs)
        started.append(process)
        return process, process.stdout, ours

    yield start
    for process in started:
        process.stdout.close()


def has_no_writers(pipe):
    """Wait until nobody holds the other end; False would be an endless wait."""
    while os.read(pipe.fileno(), 100):
        pass
    return True


def test_status_is_the_command_s(start):
    """As if it had been run without: also for signals, as a shell tells them."""
    for program, status in (
        ("raise SystemExit(3)", 3),
        ("", 0),
        ("import os; os.kill(os.getpid(), 9)", 128 + 9),
    ):
        process, _, held = start(program)
        assert process.wait() == status
        os.close(held)


def test_all_end_with_the_lifeline(start):
    """Children of children, those of another session, stopped ones, and those that heed no request."""
    process, pipe, held = start(STAYS)
    assert len(pipe.read(3)) == 3

    os.close(held)

    assert has_no_writers(pipe)
    assert process.wait() == 128 + 9


def test_nothing_outlives_the_command(start):
    """What a command leaves behind ends, too, and its status stays its own."""
    process, pipe, held = start(GOES)

    assert has_no_writers(pipe)
    assert process.wait() == 7
    os.close(held)


def test_evaluator_that_is_gone_before_the_start(start):
    """A lifeline that has ended already ends the command in its first moment, or soon after."""
    process, pipe, _ = start(STAYS, held=False)

    assert has_no_writers(pipe)
    assert process.wait() == 128 + 9


def test_child_that_waits_for_its_dead_parent(start):
    """As bubblewrap's does for ever, where that dies before it lets its child go on."""
    program = """
import os, signal
parent, child = os.pipe()
if os.fork() == 0:
    os.write(1, b".")
    os.read(parent, 1)  # both ends are open here, so that this never ends
os.read(0, 1)
os.kill(os.getpid(), signal.SIGKILL)
"""
    process, pipe, held = start(program)

    assert has_no_writers(pipe)
    assert process.wait() == 128 + 9
    os.close(held)


def test_only_standard_descriptors_and_those_passed_are_inherited(start):
    """The command does not hold its own lifeline."""
    process, pipe, held = start("import os; print(*sorted(os.listdir('/proc/self/fd')))")

    assert pipe.read().split() == [b"0", b"1", b"2", b"3"]  # the last is the listing's
    assert process.wait() == 0
    os.close(held)
    assert Path(lifeline.__file__).is_file()
