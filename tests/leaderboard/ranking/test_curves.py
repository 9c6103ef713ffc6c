"""Curves against cases computed by hand."""

from __future__ import annotations

import numpy as np

from leaderboard.ranking.curves import curve


def test_curve_starts_where_every_run_has_an_incumbent(make_run, reference):
    """Medians and quartiles over runs, at log-spaced times up to the budget."""
    runs = [make_run(seed=seed, error=error) for seed, error in enumerate([5.0, 5.5, 7.0])]
    found = curve(runs, reference, points=4)

    np.testing.assert_allclose(found.seconds, [1e4, 1e5, 1e6, 1e7])
    np.testing.assert_allclose(found.median, [6.5, 6.5, 5.5, 5.5])
    np.testing.assert_allclose(found.low, [6.25, 6.25, 5.25, 5.25])
    np.testing.assert_allclose(found.high, [7.25, 7.25, 6.25, 6.25])


def test_curves_of_the_release_are_of_the_same_incumbents(make_run, ranked, entry_runs):
    """Where the emulated ground truth answers for the release, and nowhere else."""
    judged = make_run().incumbents.model_copy(update={"judged": (0.9, 0.9)})
    (board,) = ranked(entry_runs("rs", 5, incumbents=judged.model_dump())).boards

    np.testing.assert_allclose(board.curves[0].median, 10)
    assert not np.isclose(board.own_curves[0].median, 10).any()
    assert ranked(entry_runs("rs", 5, truth="cifar10 1.0")).boards[0].own_curves == ()
