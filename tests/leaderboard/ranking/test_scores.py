"""Measures of runs and references against cases computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.ranking.scores import (
    anytime_score,
    error_at,
    expected_running_time,
    final_error,
    final_genotype,
    reached_share,
    target_times,
    window,
)
from nb301.space import sample


def at(make_run, clock, errors, **changes):
    """A run with the given incumbents."""
    accuracies = [1 - error / 100 for error in errors]
    incumbents = {
        "evaluation": list(range(len(clock))),
        "clock_seconds": clock,
        "val_accuracy": [0.9 + 0.001 * k for k in range(len(clock))],
        "mean": accuracies,
        "genotype": make_run().incumbents.genotype[:1] * len(clock),
    }
    return make_run(incumbents=incumbents, **changes)


@pytest.mark.parametrize(
    ("clock", "errors", "score"),
    [
        # the best known one from the start, and from the middle of the three decades on
        ([1.0], [5], 100),
        ([10**5.5], [5], 50),
        # half the regret for one decade, none for the last
        ([1e5, 1e6], [6, 5], 50),
        # no better than random, and worse than that: never below zero
        ([1e4], [7], 0),
        ([1e4], [50], 0),
        # beyond the best known one
        ([1e4], [4], 150),
        # a noisy choice may be worse: a curve may rise
        ([1e4, 1e5, 1e6], [5, 6, 5], 100 - 50 / 3),
        # after the end
        ([2e7], [5], 0),
    ],
)
def test_anytime_score_by_hand(make_run, reference, clock, errors, score):
    """100 times one minus the area under regret over the decades from 10^4 to 10^7 s."""
    assert anytime_score(at(make_run, clock, errors), reference) == pytest.approx(score)


def test_faults_keep_the_incumbent(make_run, reference):
    """A run that ends early is carried flat to the end; one that found nothing has regret 1."""
    short = at(make_run, [1e4], [6], verdict="crash_tell")

    assert anytime_score(short, reference) == pytest.approx(50)
    assert anytime_score(make_run(evaluations=0), reference) == 0
    assert final_error(make_run(evaluations=0), reference) == pytest.approx(7)
    assert final_genotype(make_run(evaluations=0)) is None


@pytest.mark.parametrize(("budget", "start"), [(1e7, 1e4), (1e6, 1e4), (1e5, 1e4), (2e4, 2e3)])
def test_window_ends_with_the_budget(make_run, reference, budget, start):
    """From 10^4 s, or for the last decade of a budget that is short."""
    halfway = at(make_run, [(start * budget) ** 0.5], [5], cell={"budget_seconds": budget})

    assert window(budget) == pytest.approx((start, budget))
    assert anytime_score(halfway, reference) == pytest.approx(50)


def test_observed_score_is_of_the_noisy_values(make_run, reference):
    """What the optimizer saw lies above, by luck."""
    run = make_run(error=5.5)  # observed 5.4 in the end

    assert anytime_score(run, reference, observed=True) == pytest.approx(100 * (0.8 * 0.5))
    assert final_error(run, reference) == pytest.approx(5.5)
    assert final_error(run, reference, observed=True) == pytest.approx(5.4)


def test_recommendation_counts_in_the_end(make_run, reference):
    """In place of the last incumbent, whether it is better or worse."""
    genotype = str(sample(np.random.default_rng(0)))
    run = make_run(recommendation={"genotype": genotype, "mean": 0.94})

    assert final_error(run, reference) == pytest.approx(6)
    assert final_genotype(run) == genotype
    assert anytime_score(run, reference) == anytime_score(make_run(), reference)


def test_error_at_carries_the_incumbent_forward(make_run):
    """There is no error before the first evaluation has ended, and the last one stays."""
    errors = error_at(make_run(error=5.0), np.array([9999, 1e4, 3e5, 10**5.5, 1e9]))

    np.testing.assert_allclose(errors, [np.nan, 6.0, 6.0, 5.0, 5.0])


def test_target_times_by_hand(make_run, reference):
    """When the regret first was at most the target, though it rose again."""
    run = at(make_run, [1e3, 1e4, 1e5, 1e6], [8, 6, 6.5, 5.5])
    times = target_times(run, reference, np.array([1, 0.75, 0.51, 0.3, 0.2]))

    np.testing.assert_array_equal(times, [1e3, 1e4, 1e4, 1e6, np.inf])
    assert np.isinf(target_times(make_run(evaluations=0), reference)).all()


def test_expected_running_time_by_hand():
    """Two of three runs get there: their seconds and the third's budget, for each success."""
    times = np.array([[10.0, np.inf], [20.0, np.inf], [np.inf, np.inf]])

    np.testing.assert_array_equal(expected_running_time(times, 100.0), [(10 + 20 + 100) / 2, np.inf])


def test_reached_share_by_hand():
    """Of four (run, target) pairs one is reached by 1 s, three by 5 s, and one never."""
    times = np.array([[1.0, 5.0], [2.0, np.inf]])

    np.testing.assert_array_equal(reached_share(times, np.array([0.5, 1.0, 5.0, 1e9])), [0, 0.25, 0.75, 0.75])
