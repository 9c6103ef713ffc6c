"""Plots of a track: what is drawn of whom, and that it is what the ranking scores."""

from __future__ import annotations

import re

import numpy as np
import pytest

from leaderboard.ranking.no_search import NoSearch
from leaderboard.rendering.plots import LEAST_REGRET, first_of, overall_plots, regret_plot, release_plots
from nb301.formats import read

#: By entry: the final error of its ten runs; the best known one is 5 %, the median random one 7 %.
ERRORS = {"best": 5.2, "e1": 5.4, "e2": 5.5, "e3": 5.6, "e4": 5.7, "e5": 5.8, "rs": 6.0}


@pytest.fixture(scope="module")
def site(site_of, make_run):
    """Seven entries that count, and one that does not."""
    runs = [
        make_run(entry, seed, error + seed / 100) for entry, error in ERRORS.items() for seed in range(10)
    ]
    runs += [make_run("gbdt", seed, 5.0, conflicts=("xgboost",)) for seed in range(10)]
    return site_of(runs)


@pytest.fixture(scope="module")
def ranking(site):
    return site.rankings[0]


def value_at_end(plot, one):
    """What a line ends at, on the axis."""
    share = 1 - one.end / 100
    if plot.y.is_falling:
        share = 1 - share
    if plot.y.is_log:
        return plot.y.low * (plot.y.high / plot.y.low) ** share
    return plot.y.low + share * (plot.y.high - plot.y.low)


def test_best_five_and_random_search_come_first(ranking):
    """In colour before anybody chooses."""
    assert first_of(ranking.whole) == {"best", "e1", "e2", "e3", "e4", "rs"}


def test_regret_plot_ends_with_final_regrets(ranking):
    """Of all that count."""
    plot = regret_plot(ranking, ranking.whole)
    ends = {one.entry: value_at_end(plot, one) for one in plot.drawn}

    expected = {entry: (error + 0.045 - 5) / 2 for entry, error in ERRORS.items()}
    assert ends == pytest.approx(expected, abs=0.002)
    assert [one.entry for one in plot.drawn if not one.is_first] == ["e5"]
    assert plot.unscored == 0
    assert "BEST 0.12" in plot.description


def test_what_is_not_scored_is_told(site_of, make_run):
    """A short budget is scored over its last decade alone."""
    cell = {"budget_seconds": 1e6}
    (ranking,) = site_of([make_run("rs", seed, cell=cell, ended_seconds=0.9e6) for seed in range(3)]).rankings
    assert regret_plot(ranking, ranking.whole).unscored == 50


def test_what_needs_no_search_is_a_level(ranking):
    """The best of it, at its regret, by its name."""
    genotype = read("DARTS_V2")
    known = [
        NoSearch("Known", genotype, (50.0,), 50.0, 5.5, 0.5, 0.25),
        NoSearch("Worse", genotype, (40.0,), 40.0, 6.0, 1.0, 0.5),
    ]
    plot = regret_plot(ranking, ranking.whole, known)
    (level,) = (one for one in plot.drawn if one.look is None)

    assert level.name == "No search: Known"
    assert value_at_end(plot, level) == pytest.approx(0.25, abs=0.002)


def test_some_entries_alone_are_all_in_colour(ranking):
    """Nobody else is drawn; where none of them counts there is no plot."""
    plot = regret_plot(ranking, ranking.whole, only={"e5", "rs", "gbdt"})
    assert [(one.entry, one.is_first) for one in plot.drawn] == [("e5", True), ("rs", True)]
    assert regret_plot(ranking, ranking.whole, only={"gbdt"}) is None


def test_plots_over_all_releases(ranking):
    """Places, targets, running times, costs: of all that count, the best at the better end."""
    plots = {plot.name: plot for plot in overall_plots(ranking)}
    assert [*plots] == ["places", "reached", "running-times", "costs"]
    for name, plot in plots.items():
        assert [one.entry for one in plot.drawn] == [*ERRORS], name

    places = {one.entry: value_at_end(plots["places"], one) for one in plots["places"].drawn}
    assert (places["best"], places["rs"]) == pytest.approx((1, 7), abs=0.01)
    assert plots["places"].drawn[0].end < plots["places"].drawn[-1].end
    assert (np.diff([one.end for one in plots["reached"].drawn]) >= 0).all()
    # who reaches smaller regrets has a longer line
    assert (np.diff([one.right for one in plots["running-times"].drawn]) <= 0).all()
    assert plots["costs"].is_of_dots
    scores = {standing.row.entry: standing.row.score for standing in ranking.whole.standings}
    for one in plots["costs"].drawn:
        assert value_at_end(plots["costs"], one) == pytest.approx(scores[one.entry].value, abs=0.1)


def test_who_is_alone_has_no_places(site_of, make_run):
    """Nor has anybody a plot where nobody counts."""
    (alone,) = site_of([make_run("rs")]).rankings
    assert [plot.name for plot in overall_plots(alone)] == ["reached", "running-times", "costs"]
    (nobody,) = site_of([make_run("gbdt", conflicts=("xgboost",))]).rankings
    assert list(overall_plots(nobody)) == []
    assert regret_plot(nobody, nobody.whole) is None


def test_releases_have_medians_and_quartiles(site, ranking):
    """As runs are scored, and as the release itself sees them, which is not scored."""
    (board,) = ranking.boards
    scored, own = release_plots(site, ranking, board)

    assert (scored.name, own.name) == ("on-emulated-xgb-v2.0", "own-emulated-xgb-v2.0")
    for plot in (scored, own):
        assert "ground truth: emulated 2.0, not CIFAR-10" in plot.caption
        assert all(one.band for one in plot.drawn)
    assert (scored.y.is_log, own.y.is_log) == (True, False)
    ends = {one.entry: value_at_end(scored, one) for one in scored.drawn}
    assert ends["rs"] == pytest.approx(6.045 - 5, rel=0.02)
    assert [one.entry for one in scored.drawn][:2] == ["best", "e1"]


def test_regrets_of_nothing_can_be_drawn(site_of, make_run):
    """The best known architecture has no regret, and a log scale no zero."""
    site = site_of([make_run("rs", seed, 5.0) for seed in range(3)])
    (ranking,) = site.rankings
    plot = next(release_plots(site, ranking, ranking.boards[0]))
    assert value_at_end(plot, plot.drawn[0]) == pytest.approx(LEAST_REGRET, rel=0.02)


def test_fronts_may_be_better_than_the_reference(site_of, make_run):
    """Then they have no regret, either, which is drawn as the least."""
    luck = {"multiply_adds": (10**7, 10**7)}
    incumbents = make_run(error=4.0).incumbents.model_dump() | luck
    site = site_of(
        [make_run("rs", s, incumbents=incumbents, cell={"problem": "multi-objective"}) for s in (0, 1)]
    )
    (ranking,) = site.rankings
    plot = next(release_plots(site, ranking, ranking.boards[0]))

    assert plot.y.title == "Regret of the front, %"
    assert value_at_end(plot, plot.drawn[0]) == pytest.approx(LEAST_REGRET, rel=0.02)


def test_paths_lie_in_their_plots(site, ranking):
    """Whole units from 0 to 1000."""
    plots = [regret_plot(ranking, ranking.whole), *overall_plots(ranking)]
    plots += release_plots(site, ranking, ranking.boards[0])
    for plot in plots:
        for one in plot.drawn:
            assert re.fullmatch(r"M\d+ \d+([HVh]\d+)*", one.path), plot.name
            assert all(0 <= int(number) <= 1000 for number in re.findall(r"\d+", one.path + one.band))
