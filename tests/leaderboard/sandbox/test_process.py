"""Processes: lines with deadlines, what was printed, how it ended; a sandbox is not needed for it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from leaderboard.sandbox.limits import Limits
from leaderboard.sandbox.messages import MAX_LINE, Fault, Verdict
from leaderboard.sandbox.process import Pipes, Process

#: What the programs below read from and write to.
CHANNEL = "import os, sys; requests, replies = os.fdopen(int(sys.argv[1])), int(sys.argv[2])\n"


@pytest.fixture
def begin():
    """Start Python programs; in the end all have ended."""
    begun = []

    def begin(program, limits=None, folder=None):
        pipes = Pipes.open()
        python = [sys.executable, "-I", "-S", "-u", "-c", CHANNEL + program, *map(str, pipes.theirs)]
        begun.append(Process(python, {}, limits or Limits(), pipes, folder=folder))
        return begun[-1]

    yield begin
    for process in begun:
        if not process._stdout.closed:
            process.kill()
            process.close()


def test_lines_go_to_and_fro(begin):
    """Several replies in one writing are several lines."""
    process = begin("os.write(replies, requests.readline().upper().encode() + b'second\\n')")
    process.send({"do": "ask"})

    assert process.receive(30, "ask") == b'{"DO": "ASK"}'
    assert process.receive(30, "ask") == b"second"
    assert process.receive(30, "ask") is None


def test_usage_and_status_are_told(begin):
    """A process that ends by itself has a status, and what it used is known."""
    process = begin("requests.readline(); print('last words'); sys.exit(3)")
    process.send({})

    assert process.wait() == 3
    assert process.close().wall_seconds > 0
    assert process.output == "last words\n"


def test_signals_have_statuses(begin):
    """As a shell tells them."""
    assert begin("os.kill(os.getpid(), 9)").wait() == 128 + 9


@pytest.mark.parametrize(
    ("program", "verdict", "detail"),
    [
        ("os.write(replies, b'half')", Verdict.invalid_message, "ask: a message that breaks off: b'half'"),
        (f"os.write(replies, b'x' * {MAX_LINE})", Verdict.message_too_large, "ask: a message of more than"),
        ("requests.readline()", Verdict.timeout, "ask: no answer within 0.1 s"),
        ("print('x' * 3000); requests.readline()", Verdict.output_too_large, "more than 2 KiB on stdout"),
    ],
)
def test_what_is_no_line_is_a_fault(begin, program, verdict, detail):
    """The verdict says which."""
    process = begin(program, Limits(output_kb=2))

    with pytest.raises(Fault) as raised:
        process.receive(0.1 if verdict is Verdict.timeout else 30, "ask")

    assert raised.value.verdict is verdict
    assert raised.value.detail.startswith(detail)


def test_run_has_an_end(begin):
    """However much time each answer has."""
    process = begin("requests.readline()", Limits(wall_seconds=0.1))

    with pytest.raises(Fault, match=r"ask: the run takes more than 0\.1 s"):
        process.receive(30, "ask")


def test_memory_is_watched(begin):
    """A process is above its limit with what it holds, whatever it was asked."""
    process = begin("requests.readline()", Limits(memory_mb=1))

    with pytest.raises(Fault, match=r"memory: \d+ MiB resident, allowed are 1"):
        process.receive(30, "ask")
    assert process.has_exceeded().verdict is Verdict.memory


def test_nothing_is_sent_to_who_has_ended(begin):
    """The missing reply tells of it."""
    process = begin("")
    assert process.wait() == 0

    process.send({"do": "ask"})

    assert process.receive(30, "ask") is None


def test_folder_is_gone_when_the_process_is_closed(begin):
    """It runs where its files are."""
    folder = tempfile.TemporaryDirectory()
    process = begin("print(os.getcwd()); os.write(replies, b'\\n')", folder=folder)
    process.receive(30, "start")
    process.close()

    assert process.output.strip() == str(Path(folder.name).resolve())
    assert not Path(folder.name).exists()


def test_process_without_a_sandbox_has_no_group(begin):
    """Only what is sealed is limited by the kernel."""
    process = begin("requests.readline()")

    assert (process.is_grouped, process.ran_out_of_memory()) == (False, False)
