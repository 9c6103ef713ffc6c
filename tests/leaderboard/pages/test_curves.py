"""The curve pages: a chart for each release and judge."""

from __future__ import annotations

import pytest

from leaderboard.pages.curves import best_error, chart_name, pages


def test_each_release_has_two_charts(site):
    """By the release, then by the ground truth, under names of their own."""
    (page,) = pages(site)
    (ranking,) = site.rankings

    names = []
    for board in ranking.boards:
        names += [
            chart_name(ranking.track, board.release),
            chart_name(ranking.track, board.release, by_truth=True),
        ]
    assert page.path == "curves/index.html"
    assert [chart.name for chart in page.charts] == names
    assert len(set(names)) == 4
    for release, charts in page.context["releases"]:
        assert all(release.name in chart.name for chart in charts)


def test_best_error_is_the_references(site):
    """In percent."""
    release = site.rankings[0].boards[0].release
    assert best_error(site, release) == 100 * (1 - site.references[release.release_hash].best_accuracy)


@pytest.mark.browser
def test_curves_are_drawn(opened, drawn):
    """By the release, and by the ground truth."""
    assert drawn(opened("curves/index.html")) == ["light"] * 4
