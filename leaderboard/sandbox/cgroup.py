"""A control group for a sealed process, where this user may make one: the kernel limits memory and tasks.

It counts what resource limits do not: pages of /tmp and of the kernel. Without a group, address space, the
number of threads and the size of /tmp are limited nonetheless, and resident memory is watched.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from leaderboard.sandbox.limits import MAX_THREADS, Limits

_ROOT = Path("/sys/fs/cgroup")
#: Memory of the sandbox itself: its first process, pipes and page tables.
_SLACK_MB = 64
#: Processes that seal the submission off.
_SEALING = 4
#: Time for the kernel to be done with processes that have ended, in seconds.
_GRACE = 1.0
_NUMBERS = itertools.count()


class Group:
    """Folders of one control group: one in each of the old hierarchies, or one in all.

    Args:
        folders: Made, with their limits written.
    """

    def __init__(self, folders: list[Path]) -> None:
        self._folders = folders

    @classmethod
    def make(cls, limits: Limits) -> Group | None:
        """Make a group, or None where this user may not."""
        unified = (_ROOT / "cgroup.controllers").exists()
        group, name = cls([]), f"nb301-{os.getpid()}-{next(_NUMBERS)}"
        try:
            for hierarchy, files in _files(limits, unified=unified).items():
                # in the unified hierarchy a group with processes has no groups with limits: a sibling
                own = _own(hierarchy)
                parent = own.parent if unified and own != _ROOT else own
                _sweep(parent)
                folder = parent / name
                folder.mkdir()
                group._folders.append(folder)
                for file, value in files.items():
                    (folder / file).write_text(value, encoding="ascii")
        except OSError:
            group.remove()
            return None
        return group

    def add(self, first: int) -> None:
        """Take a process in, and all that it has started or is about to start."""
        for folder in self._folders:
            # a child that is not there when its parent is taken in is made inside
            for pid in descendants(first):
                with suppress(OSError):  # ended already
                    (folder / "cgroup.procs").write_text(str(pid), encoding="ascii")

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel ended a process of the group for its memory."""
        for folder in self._folders:
            for name in ("memory.oom_control", "memory.events"):
                with suppress(OSError):
                    words = (folder / name).read_text(encoding="ascii").split()
                    if int(dict(zip(words[::2], words[1::2], strict=False)).get("oom_kill", "0")):
                        return True
        return False

    def remove(self) -> None:
        """Remove the group, whose processes have ended or are about to."""
        deadline = time.monotonic() + _GRACE
        for folder in self._folders:
            while not _removed(folder) and time.monotonic() < deadline:
                time.sleep(0.001)


def _files(limits: Limits, *, unified: bool) -> dict[str, dict[str, str]]:
    """The limits as contents of files, by hierarchy; the unified one has no name."""
    memory = str((limits.memory_mb + limits.temp_mb + _SLACK_MB) * 2**20)
    tasks = str(MAX_THREADS + _SEALING)
    if unified:
        return {"": {"memory.max": memory, "pids.max": tasks}}
    return {"memory": {"memory.limit_in_bytes": memory}, "pids": {"pids.max": tasks}}


def _sweep(parent: Path) -> None:
    """Remove groups of evaluators that were killed before they could."""
    for folder in parent.glob("nb301-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            _removed(folder)


def descendants(pid: int) -> Iterator[int]:
    """A process and all that it has started, each before its children are looked up."""
    yield pid
    with suppress(OSError):  # ended already
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        for child in children.split():
            yield from descendants(int(child))


def _removed(folder: Path) -> bool:
    """Whether the folder is gone; it stays as long as the kernel has not done with its processes."""
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _own(hierarchy: str) -> Path:
    """The folder of the group that this process is in."""
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, names, path = line.split(":", 2)
        if hierarchy in names.split(","):
            return _ROOT / hierarchy / path.lstrip("/")
    raise FileNotFoundError(hierarchy)
