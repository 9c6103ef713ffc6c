"""Tests of `leaderboard.ranking.overall`."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.ranking.standings import Ranking


def placed(ranking: Ranking) -> dict[str, np.ndarray]:
    entries = [standing.row.entry for standing in ranking.whole.standings]
    return ranking.overall.places(entries, ranking.whole.releases)


def test_places_by_hand(entry_runs, ranked):
    """Before the first evaluation all share the middle; then the better one is first in most seeds."""
    (good, better) = (entry_runs("rs", 6, (0.0,) * 10), entry_runs("re", 5.5, (0.0,) * 9 + (2.0,)))
    ranking = ranked([*good, *better])
    places = placed(ranking)

    assert ranking.overall.seconds[[0, -1]].tolist() == [1e5, 1e7]
    assert [*places] == ["re", "rs"]
    assert places["re"][-1] == pytest.approx(0.9 * 1 + 0.1 * 2)
    assert places["rs"][-1] == pytest.approx(0.9 * 2 + 0.1 * 1)
    np.testing.assert_allclose(places["re"] + places["rs"], 3)


def test_area_under_the_regret_is_the_score(entry_runs, ranked):
    """Up to the moments that lie between changes."""
    ranking = ranked(entry_runs("rs", 6))
    regret = ranking.overall.regret("rs", ranking.whole.releases)
    (standing,) = ranking.whole.standings

    area = np.mean(regret[:-1])  # moments are evenly apart on the scale on which the score looks
    assert 100 * (1 - area) == pytest.approx(standing.row.score.value, abs=1)
    assert ranking.overall.regret("nobody", ranking.whole.releases) is None


def test_who_fails_is_last_from_then_on(entry_runs, ranked):
    """Though it had found the best."""
    lucky = entry_runs("re", 5, verdict="timeout", ended_seconds=1e6)
    places = placed(ranked([*entry_runs("rs", 6), *lucky]))
    assert places["re"][0] == places["rs"][-1] == 1
    assert places["re"][-1] == 2


def test_only_who_counts_everywhere_is_placed(entry_runs, ranked, other_release):
    """Neither who fits the release's family nor who has not run on all."""
    runs = [*entry_runs("rs", 6), *entry_runs("rs", 6, **other_release), *entry_runs("re", 5)]
    runs += [*entry_runs("ls", 5, conflicts=("xgboost",)), *entry_runs("ls", 5, **other_release)]
    assert [*placed(ranked(runs))] == ["rs"]
    alone = entry_runs("ls", 5, conflicts=("xgboost",))
    assert placed(ranked(alone)) == {}
