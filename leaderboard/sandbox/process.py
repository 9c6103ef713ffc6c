"""A submission's process from outside: lines with deadlines, limits of memory and output, its end."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from leaderboard.places import LIFELINE
from leaderboard.sandbox.cgroup import Group, descendants
from leaderboard.sandbox.limits import MAX_TEMP_FILES, Limits
from leaderboard.sandbox.messages import MAX_LINE, Fault, Verdict

#: Runs the command, and ends all that it has started with this process, see there.
_LIFELINE = (sys.executable, "-I", "-S", str(LIFELINE))
#: Time between two looks at the memory of a process that is waited for, in seconds.
_LOOK = 0.05
#: Time for a process to end by itself, and to be gone after it was killed, in seconds.
_GRACE = 1.0
#: How far the processor time that the kernel shows and that which it limits are apart, in seconds.
_INEXACT = 0.2
_CHUNK = 2**16
_PROCESSORS = os.cpu_count() or 1
_PAGE, _TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process used until it was looked at last: at its end, or shortly before it was killed."""

    cpu_seconds: float = 0.0
    """Processor time of all threads."""
    memory_mb: float = 0.0
    """Largest resident memory."""
    wall_seconds: float = 0.0
    """From start to end."""


@dataclass(frozen=True, slots=True)
class Pipes:
    """Descriptors between evaluator and process; each is closed by whom it is given to."""

    #: What the process reads from and writes to, by number the same inside.
    theirs: tuple[int, int]
    #: What the evaluator writes to and reads from.
    ours: tuple[int, int]

    @classmethod
    def open(cls) -> Pipes:
        """Open a pipe in each direction."""
        (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
        return cls((theirs_in, theirs_out), (ours_out, ours_in))


def _started(
    command: Sequence[str],
    variables: Mapping[str, str],
    passed: Sequence[int],
    folder: tempfile.TemporaryDirectory[str] | None,
) -> subprocess.Popen[bytes]:
    """Start a command on its lifeline; the descriptors that it inherits are closed here."""
    try:
        return subprocess.Popen(  # noqa: S603 - what runs strangers' code is sealed off
            [*_LIFELINE, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=variables,
            pass_fds=passed,
            cwd=None if folder is None else folder.name,
            start_new_session=True,  # a key that interrupts the evaluator is no fault of the submission
        )
    finally:
        for descriptor in passed:
            os.close(descriptor)


class Process:
    """Speaks with a submission's process and watches it.

    Args:
        command: What to start.
        variables: Environment variables of the command; a sealed process can read them.
        limits: Those of memory, output and wall time are watched here.
        pipes: The channel.
        inherited: Further descriptors that the command inherits; closed here.
        info: Where bubblewrap tells the number of the sealed process; None without bubblewrap.
        folder: Where the command is run; gone when this is closed.
    """

    def __init__(
        self,
        command: Sequence[str],
        variables: Mapping[str, str],
        limits: Limits,
        pipes: Pipes,
        *,
        inherited: Sequence[int] = (),
        info: int | None = None,
        folder: tempfile.TemporaryDirectory[str] | None = None,
    ) -> None:
        self._limits, self._folder = limits, folder
        self._started, self._looked = time.monotonic(), 0.0
        #: When the processor time that is known was true.
        self._seen = self._started
        self._received, self._output, self._output_size = b"", b"", 0
        self._is_heard, self._usage = True, Usage()
        lifeline, self._lifeline = os.pipe()
        self._popen = _started(
            [str(lifeline), *command], variables, (lifeline, *pipes.theirs, *inherited), folder
        )
        assert self._popen.stdout is not None
        self._stdout = self._popen.stdout
        self._requests, self._replies = pipes.ours
        self._selector = selectors.DefaultSelector()
        for descriptor in (self._requests, self._replies, self._stdout.fileno()):
            os.set_blocking(descriptor, False)
        self._selector.register(self._replies, selectors.EVENT_READ)
        self._selector.register(self._stdout.fileno(), selectors.EVENT_READ)
        self._ended = os.pidfd_open(self._popen.pid)
        self.pid = self._popen.pid if info is None else self._sealed(info)
        self._group = None if info is None else Group.make(limits)
        if self._group is not None:
            self._group.add(self.pid)

    @property
    def output(self) -> str:
        """The end of what it wrote to stdout and stderr."""
        return self._output.decode("utf-8", "replace")

    def send(self, message: Mapping[str, object]) -> None:
        """Send a request. To a process that has ended nothing is sent: the missing reply tells.

        Raises:
            Fault: The process has not read those before.
        """
        line = json.dumps(message).encode() + b"\n"
        try:
            sent = os.write(self._requests, line)
        except BrokenPipeError:
            self._is_heard = False
            return
        except BlockingIOError:
            sent = 0
        if sent < len(line):
            # one request is open at a time, and far smaller than a pipe
            raise Fault(Verdict.invalid_message, "replies to requests that have not been read")

    def receive(self, seconds: float, what: str) -> bytes | None:
        """Wait for a line.

        Args:
            seconds: Deadline, from now on.
            what: What is waited for, for the fault's text.

        Returns:
            The line without its end; None when the process has closed the channel, on either side.

        Raises:
            Fault: The line is late, too long or broken off, or a limit is exceeded meanwhile.
        """
        seconds = seconds if self._is_heard else min(seconds, _GRACE)
        deadline, late = time.monotonic() + seconds, f"{what}: no answer within {seconds:g} s"
        if (end := self._started + self._limits.wall_seconds) < deadline:
            deadline, late = end, f"{what}: the run takes more than {self._limits.wall_seconds:g} s"
        while True:
            line, ends, rest = self._received.partition(b"\n")
            if len(line) >= MAX_LINE:
                raise Fault(Verdict.message_too_large, f"{what}: a message of more than {MAX_LINE} bytes")
            if ends:
                self._received = rest
                return line
            try:
                chunk = os.read(self._replies, _CHUNK)
            except BlockingIOError:
                if not self._is_heard and time.monotonic() >= deadline:
                    return None
                self._watch(deadline, late)
                continue
            if not chunk and line:
                raise Fault(Verdict.invalid_message, f"{what}: a message that breaks off: {line[:200]!r}")
            if not chunk:
                return None
            self._received += chunk

    @property
    def is_grouped(self) -> bool:
        """Whether a control group limits it."""
        return self._group is not None

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel ended it for its memory."""
        return self._group is not None and self._group.ran_out_of_memory()

    def has_exceeded(self, *, at_end: bool = False) -> Fault | None:
        """The limit that the process is above.

        Args:
            at_end: Whether it has failed or ended just now, when it was last seen a moment before.
        """
        memory = self._look()
        if self.ran_out_of_memory():
            return Fault(Verdict.memory, f"more than {self._limits.memory_mb} MiB of memory")
        if memory > self._limits.memory_mb:
            return Fault(Verdict.memory, f"{memory:.0f} MiB resident, allowed are {self._limits.memory_mb}")
        unseen = (time.monotonic() - self._seen) * _PROCESSORS + _INEXACT if at_end else 0.0
        if self._usage.cpu_seconds + unseen > self._limits.cpu_seconds:
            return Fault(Verdict.cpu_time, f"more than {self._limits.cpu_seconds} s of processor time")
        if self._temp_files() > MAX_TEMP_FILES:
            return Fault(Verdict.memory, f"more than {MAX_TEMP_FILES:,} files in /tmp")
        return None

    def kill(self) -> None:
        """End the process and everything that it has started."""
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def wait(self) -> int | None:
        """Wait a moment for the process to end by itself, then end it.

        Returns:
            Its exit status, 128 and more for a signal; None where it had to be ended.
        """
        ended = self._has_ended(_GRACE)
        self.kill()
        code = self._popen.wait()
        return (128 - code if code < 0 else code) if ended else None

    def close(self) -> Usage:
        """End the process and release everything."""
        self._look()
        os.close(self._requests)  # what it waits for, if it has nothing else to do
        self.wait()
        self._drain()
        self._selector.close()
        self._stdout.close()
        for descriptor in (self._replies, self._ended):
            os.close(descriptor)
        if self._folder is not None:
            self._folder.cleanup()
        if self._group is not None:
            self._group.remove()
        return replace(self._usage, wall_seconds=time.monotonic() - self._started)

    def _watch(self, deadline: float, late: str) -> None:
        """Wait until there may be something to read; see to the limits."""
        now = time.monotonic()
        if now >= deadline:
            raise Fault(Verdict.timeout, late)
        self._selector.select(min(_LOOK, deadline - now))
        self._drain()
        if self._output_size > self._limits.output_kb * 1024:
            raise Fault(
                Verdict.output_too_large, f"more than {self._limits.output_kb} KiB on stdout and stderr"
            )
        if now - self._looked >= _LOOK:
            self._looked = now
            if (fault := self.has_exceeded()) is not None:
                raise fault

    def _drain(self) -> None:
        """Read what it has printed; the end of it is kept."""
        with suppress(BlockingIOError):
            while self._output_size <= self._limits.output_kb * 1024:
                chunk = os.read(self._stdout.fileno(), _CHUNK)
                if not chunk:
                    if self._stdout.fileno() in self._selector.get_map():
                        self._selector.unregister(self._stdout.fileno())
                    return
                self._output_size += len(chunk)
                self._output = (self._output + chunk)[-_CHUNK:]

    def _worker(self) -> int:
        """The submission's process: those of bubblewrap have one child each, and it may start none."""
        *_, worker = descendants(self.pid)
        return worker

    def _look(self) -> float:
        """Note what is used; resident memory in MiB."""
        with suppress(OSError, ValueError):  # ended meanwhile
            stat = Path(f"/proc/{self._worker()}/stat").read_text(encoding="utf-8", errors="replace")
            fields = stat.rpartition(")")[2].split()  # the name before may hold anything
            ticks, memory = int(fields[11]) + int(fields[12]), int(fields[21]) * _PAGE / 2**20
            # after its end it is a process of bubblewrap that is looked at, which uses next to nothing
            if ticks / _TICKS >= self._usage.cpu_seconds:
                self._seen = time.monotonic()
            self._usage = Usage(
                cpu_seconds=max(ticks / _TICKS, self._usage.cpu_seconds),
                memory_mb=max(memory, self._usage.memory_mb),
            )
            return memory
        return 0.0

    def _temp_files(self) -> int:
        """How many files are in the private /tmp, of which bubblewrap limits the size alone.

        Each is memory of the kernel, of which resource limits know nothing.
        """
        with suppress(OSError):  # ended meanwhile
            system = os.statvfs(f"/proc/{self._worker()}/root/tmp")
            # before the sandbox is made, and without one, it is this machine's
            if system.f_blocks * system.f_frsize == self._limits.temp_mb * 2**20:
                return system.f_files - system.f_ffree
        return 0

    def _has_ended(self, seconds: float) -> bool:
        """Whether the command ends within a time; what it prints meanwhile is read."""
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._ended, selectors.EVENT_READ)
            while not selector.select(min(_LOOK, max(0.0, deadline - time.monotonic()))):
                self._drain()
                if time.monotonic() >= deadline:
                    return False
        return True

    def _sealed(self, info: int) -> int:
        """The number of the sandbox's first process, whose end is the end of all others."""
        written = b""
        with os.fdopen(info, "rb", buffering=0) as file:
            while b"}" not in written and (chunk := file.read(_CHUNK)):
                written += chunk
        # without a sandbox there is no answer either, and what was printed tells why
        return int(json.loads(written)["child-pid"]) if written else self._popen.pid
