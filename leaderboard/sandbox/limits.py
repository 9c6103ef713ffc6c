"""What a submission's process may use, and how well it is sealed off."""

from __future__ import annotations

import enum
from dataclasses import dataclass

_MEBIBYTE = 2**20
#: Most threads of a process, whatever number its libraries are told to use.
MAX_THREADS = 64
#: Wall seconds of each short run of a check, where no other time is asked for.
CHECK_SECONDS = 30.0
#: Most files and folders in the private /tmp: each takes about a KiB of the kernel's memory.
MAX_TEMP_FILES = 10_000


class Level(enum.StrEnum):
    """How well a submission is sealed off; what is not `sealed` is not ranked."""

    #: Namespaces, filtered system calls, limited resources.
    sealed = enum.auto()
    #: Limited resources alone: for code that is trusted.
    limited = enum.auto()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use; part of its identity."""

    memory_mb: int = 1024
    """Resident memory. Of address space there is twice as much and 1 GiB: libraries reserve it."""
    cpu_seconds: int = 3600
    """Processor time of all threads together."""
    wall_seconds: float = 7200.0
    """Of the whole run, by the evaluator's clock."""
    start_seconds: float = 60.0
    """For starting and importing, and again for building the optimizer."""
    answer_seconds: float = 60.0
    """For each `ask`, `tell` and `recommend`."""
    threads: int = 1
    """Threads that numerical libraries are told to use."""
    temp_mb: int = 64
    """Size of the private /tmp."""
    output_kb: int = 1024
    """Of stdout and stderr together."""

    @property
    def rlimits(self) -> dict[str, int]:
        """The limits that a process applies to itself for good, by the names of `resource`."""
        return {
            "AS": (2 * self.memory_mb + 1024) * _MEBIBYTE,
            "CPU": self.cpu_seconds,
            "NPROC": MAX_THREADS,
            "NOFILE": 256,
            "FSIZE": self.temp_mb * _MEBIBYTE,
            "CORE": 0,
        }
