"""The curve pages: a chart for each release and judge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leaderboard.pages.curves import best_error, chart_name, pages
from leaderboard.problems import Problem


def test_each_release_has_two_charts(site):
    """As they are scored, then as it sees them itself, under names of their own; before them is the race."""
    (page,) = pages(site)
    (ranking,) = site.rankings

    names = []
    for board in ranking.boards:
        names += [
            chart_name(ranking.track, board.release),
            chart_name(ranking.track, board.release, own=True),
        ]
    assert page.path == "curves/index.html"
    assert [chart.name for chart in page.charts] == [f"race-{ranking.track.slug}", *names]
    assert len(set(names)) == 4
    for release, charts in page.context["releases"]:
        assert all(release.name in chart.name for chart in charts)


def test_best_error_is_the_references(site):
    """In percent."""
    ranking, release = site.rankings[0], site.rankings[0].boards[0].release
    best = 100 * (1 - site.references[release.release_hash].best_accuracy)
    assert best_error(site, ranking.track, release) == best
    assert best_error(site, replace(ranking.track, problem=Problem.multi_objective), release) is None


@pytest.mark.browser
def test_curves_are_drawn(opened, drawn):
    """The race, and for each release as they are scored, and as it sees them."""
    assert drawn(opened("curves/index.html")) == ["light"] * 5
