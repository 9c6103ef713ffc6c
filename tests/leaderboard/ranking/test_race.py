"""Tests of `leaderboard.ranking.race`."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.ranking.race import race


def test_places_by_hand(entry_runs, ranked):
    """Before the first evaluation all share the middle; then the better one is first in most seeds."""
    (good, better) = (entry_runs("rs", 6, (0.0,) * 10), entry_runs("re", 5.5, (0.0,) * 9 + (2.0,)))
    placed = race(ranked([*good, *better]))

    assert placed.seconds[0] == pytest.approx(1e5)
    assert placed.seconds[-1] == pytest.approx(1e7)
    assert [*placed.places] == ["re", "rs"]
    assert placed.places["re"][-1] == pytest.approx(0.9 * 1 + 0.1 * 2)
    assert placed.places["rs"][-1] == pytest.approx(0.9 * 2 + 0.1 * 1)
    np.testing.assert_allclose(placed.places["re"] + placed.places["rs"], 3)


def test_who_fails_is_last_from_then_on(entry_runs, ranked):
    """Though it had found the best."""
    lucky = entry_runs("re", 5, verdict="timeout", ended_seconds=1e6)
    placed = race(ranked([*entry_runs("rs", 6), *lucky]))
    assert placed.places["re"][0] == placed.places["rs"][-1] == 1
    assert placed.places["re"][-1] == 2


def test_only_who_counts_everywhere_is_placed(entry_runs, ranked, other_release):
    """Neither who fits the release's family nor who has not run on all."""
    runs = [*entry_runs("rs", 6), *entry_runs("rs", 6, **other_release), *entry_runs("re", 5)]
    runs += [*entry_runs("ls", 5, conflicts=("xgboost",)), *entry_runs("ls", 5, **other_release)]
    assert [*race(ranked(runs)).places] == ["rs"]
    alone = entry_runs("ls", 5, conflicts=("xgboost",))
    assert race(ranked(alone)).places == {}
