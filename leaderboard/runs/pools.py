"""Local processes that make runs: one that dies takes its own run with it, and no other."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

from leaderboard.errors import RunError

_P = ParamSpec("_P")
_T = TypeVar("_T")


class _Processes(Executor):
    """As many pools of one process each: it is known whose process has died, and the others go on.

    Args:
        count: How many tasks are run at once.
    """

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count)
        self._idle: SimpleQueue[ProcessPoolExecutor] = SimpleQueue()
        for _ in range(count):
            self._idle.put(_pool())

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Run a function in a process that is idle."""
        return self._threads.submit(self._run, fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001
        """End all processes."""
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        while not self._idle.empty():
            self._idle.get().shutdown(wait=wait, cancel_futures=cancel_futures)

    def _run(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        pool = self._idle.get()
        try:
            return pool.submit(fn, *args, **kwargs).result()
        except BrokenProcessPool:
            pool.shutdown()
            pool = _pool()
            raise RunError("the process that made it died, or was killed: is there enough memory?") from None
        finally:
            self._idle.put(pool)


@contextmanager
def local_processes(count: int) -> Iterator[Executor]:
    """Processes on this machine that end with this one, however it ends."""
    processes = _Processes(count)
    try:
        yield processes
    finally:
        processes.shutdown(cancel_futures=True)


def _pool() -> ProcessPoolExecutor:
    # spawned, not forked: the libraries below have threads of their own
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Watch the process that gave this one its work: without it nobody takes what is made."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
