"""Limits: what a process applies to itself for good."""

from __future__ import annotations

import resource

from leaderboard.sandbox.limits import MAX_THREADS, Level, Limits


def test_rlimits_are_those_of_the_system():
    """Each has a name of `resource`; address space is twice the memory and 1 GiB, as libraries reserve it."""
    rlimits = Limits(memory_mb=100, cpu_seconds=7, temp_mb=3).rlimits

    assert all(hasattr(resource, f"RLIMIT_{name}") for name in rlimits)
    assert rlimits == {
        "AS": 1224 * 2**20,
        "CPU": 7,
        "NPROC": MAX_THREADS,
        "NOFILE": 256,
        "FSIZE": 3 * 2**20,
        "CORE": 0,
    }


def test_equal_limits_are_one_key():
    """They are part of a run's identity."""
    assert len({Limits(), Limits(memory_mb=1024), Limits(threads=2)}) == 2
    assert [*Level] == ["sealed", "limited"]
