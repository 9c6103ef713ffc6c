"""Problems: every track says which it is, and old ones keep their addresses."""

from __future__ import annotations

from leaderboard.problems import Problem
from leaderboard.runs.key import Track


def test_tracks_have_addresses_of_their_own():
    """The problem and blindness are in them; that of whole trainings under true names says neither."""
    assert Track(1, 1e6, 30_000).slug == "1e6-seconds-1-worker"
    slugs = set()
    for problem in Problem:
        for blind in (False, True):
            slugs.add(Track(1, 1e6, 30_000, problem, blind=blind).slug)
    assert slugs >= {"1e6-seconds-1-worker-multi-fidelity", "1e6-seconds-1-worker-blind"}
    assert len(slugs) == 2 * len(Problem)
