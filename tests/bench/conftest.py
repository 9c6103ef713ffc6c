"""Benchmarks run with `--benchmark-only` alone; other runs pass them over."""

from __future__ import annotations

import pytest


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Ignore this folder unless benchmarks were asked for."""
    return None if config.getoption("--benchmark-only", default=False) else True
