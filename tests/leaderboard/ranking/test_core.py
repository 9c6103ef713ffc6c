"""Tests of `leaderboard.ranking.core`."""

from __future__ import annotations

from leaderboard.places import SUBMISSIONS
from leaderboard.ranking.core import CORE


def test_the_core_set_is_submitted():
    """One entry of each method, each of which can run."""
    assert {*CORE} <= {path.name for path in SUBMISSIONS.iterdir() if path.is_dir()}
    assert len(CORE) > 2
