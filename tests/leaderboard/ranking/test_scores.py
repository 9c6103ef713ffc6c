"""Measures of runs and references against cases computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.ranking.scores import (
    EARLY_START,
    anytime_score,
    error_at,
    expected_running_time,
    final_error,
    final_genotype,
    final_regret,
    reached_share,
    regret_at,
    steps,
    target_times,
    window,
)
from nb301.space import sample


def at(make_run, clock, errors, **changes):
    """A run with the given incumbents, which ends with the last."""
    accuracies = [1 - error / 100 for error in errors]
    incumbents = {
        "evaluation": list(range(len(clock))),
        "clock_seconds": clock,
        "val_accuracy": [0.9 + 0.001 * k for k in range(len(clock))],
        "mean": [0.5] * len(clock),
        "judged": accuracies,
        "multiply_adds": [10**8] * len(clock),
        "genotype": make_run().incumbents.genotype[:1] * len(clock),
    }
    return make_run(incumbents=incumbents, **{"ended_seconds": clock[-1], **changes})


@pytest.mark.parametrize(
    ("clock", "errors", "score"),
    [
        # the best known one from the start, and from the middle of the two decades on
        ([1.0], [5], 100),
        ([1e6], [5], 50),
        # half the regret for one decade, none for the last
        ([1e5, 1e6], [6, 5], 75),
        # no better than random, and worse than that: never below zero
        ([1e4], [7], 0),
        ([1e4], [50], 0),
        # beyond the best known one
        ([1e4], [4], 150),
        # a noisy choice may be worse: a curve may rise
        ([1e4, 1e5, 1e6], [5, 6, 5], 75),
        # after the end
        ([2e7], [5], 0),
    ],
)
def test_anytime_score_by_hand(make_run, reference, clock, errors, score):
    """100 times one minus the area under regret over the decades from 10^5 to 10^7 s."""
    assert anytime_score(at(make_run, clock, errors), reference) == pytest.approx(score)


def test_an_earlier_start(make_run, reference):
    """The first boards' score looks at one decade more."""
    run = at(make_run, [1e5, 1e6], [6, 5])
    assert anytime_score(run, reference, start=EARLY_START) == pytest.approx(50)


def test_a_fault_loses_what_luck_found(make_run, reference):
    """From the end of the last evaluation on regret is 1, and so it is in the end; of nothing, too."""
    lucky = {"clock": [1e4], "errors": [5]}
    failed = at(make_run, **lucky, verdict="crash_tell", ended_seconds=1e6)
    assert anytime_score(failed, reference) == pytest.approx(50)
    assert anytime_score(failed, reference, observed=True) <= 50
    assert final_error(failed, reference) == final_error(failed, reference, observed=True) == pytest.approx(7)
    errors = error_at(failed, reference, np.array([1e3, 1e5, 1e6, 1e7]))
    np.testing.assert_allclose(errors, [np.nan, 5, 7, 7])
    assert anytime_score(make_run(evaluations=0), reference) == 0
    assert final_error(make_run(evaluations=0), reference) == pytest.approx(7)
    assert final_genotype(make_run(evaluations=0)) is None


def test_a_crash_never_pays(make_run, reference):
    """However good what was found: going on with it, and with nothing better, scores more."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        clock = np.sort(rng.uniform(1e3, 9e6, 4)).tolist()
        errors = rng.uniform(4.5, 8, 4).tolist()
        gone_on = at(make_run, clock, errors, ended_seconds=1e7)
        crashed = at(
            make_run, clock, errors, verdict="timeout", ended_seconds=float(rng.uniform(clock[-1], 1e7))
        )
        assert anytime_score(crashed, reference) <= anytime_score(gone_on, reference)
        assert final_error(crashed, reference) == pytest.approx(7)


@pytest.mark.parametrize(("budget", "start"), [(1e7, 1e5), (1e6, 1e5), (1e5, 1e4), (2e4, 2e3)])
def test_window_ends_with_the_budget(make_run, reference, budget, start):
    """From 10^5 s, or for the last decade of a budget that is short."""
    halfway = at(make_run, [(start * budget) ** 0.5], [5], cell={"budget_seconds": budget})

    assert window(budget) == pytest.approx((start, budget))
    assert anytime_score(halfway, reference) == pytest.approx(50)


def test_observed_score_is_of_the_noisy_values(make_run, reference):
    """What the optimizer saw lies above, by luck."""
    run = make_run(error=5.5)  # observed 5.4 in the end

    assert anytime_score(run, reference, observed=True) == pytest.approx(100 * (0.8 * 0.75))
    assert final_error(run, reference) == pytest.approx(5.5)
    assert final_error(run, reference, observed=True) == pytest.approx(5.4)


def test_recommendation_counts_in_the_end(make_run, reference):
    """In place of the last incumbent, whether it is better or worse."""
    genotype = str(sample(np.random.default_rng(0)))
    run = make_run(recommendation={"genotype": genotype, "mean": 0.5, "judged": 0.94})

    assert final_error(run, reference) == pytest.approx(6)
    assert final_genotype(run) == genotype
    assert final_regret(run, reference) == pytest.approx(0.5)
    assert anytime_score(run, reference) == anytime_score(make_run(), reference)


def test_error_at_carries_the_incumbent_forward(make_run, reference):
    """There is no error before the first evaluation has ended, and the last one stays."""
    errors = error_at(make_run(error=5.0), reference, np.array([9999, 1e4, 3e5, 10**5.5, 1e9]))

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


def test_regret_over_time(make_run, reference):
    """1 before the first evaluation has ended, and after a fault; the last one's in the end."""
    run = at(make_run, [1e4, 1e6], [6, 5])
    seconds = np.array([1e3, 1e4, 1e6, 1e9])
    np.testing.assert_allclose(regret_at(run, reference, seconds), [1, 0.5, 0, 0], atol=1e-12)
    assert final_regret(run, reference) == pytest.approx(0)
    failed = at(make_run, [1e4], [5], verdict="timeout", ended_seconds=1e5)
    np.testing.assert_allclose(regret_at(failed, reference, seconds), [1, 0, 1, 1], atol=1e-12)
    assert final_regret(failed, reference) == final_regret(make_run(evaluations=0), reference) == 1


TWO = {"cell": {"problem": "multi-objective"}}


def front_of(make_run, told, costs, **changes):
    """A run of two objectives whose entries are as good as they are told to be, a second apart."""
    incumbents = {
        "evaluation": list(range(len(told))),
        "clock_seconds": [1.0 + number for number in range(len(told))],
        "val_accuracy": told,
        "mean": told,
        "judged": told,
        "multiply_adds": costs,
        "genotype": make_run().incumbents.genotype[:1] * len(told),
    }
    return make_run(incumbents=incumbents, **TWO, **changes)


def test_fronts_are_measured_by_their_area(make_run, reference):
    """The reference front has regret 0, in whatever order it is found; one point of it less than a half."""
    accuracies, costs = map(list, zip(*reference.front, strict=True))
    found = steps(front_of(make_run, accuracies, costs), reference).regrets
    assert found[-1] == pytest.approx(0)
    assert (np.diff(found) < 0).all()
    backwards = steps(front_of(make_run, accuracies[::-1], costs[::-1]), reference).regrets
    assert backwards[-1] == pytest.approx(0)
    # by hand: the front's corners are (1, 0), (0.25, 1/3) and (0, 1), the median random architecture is at
    # (0.5, 7/6), and what is beyond (1.1, 7/6 + 0.1) does not count
    costs = 7 / 6 + 0.1
    whole = 0.1 * costs + 0.75 * (costs - 1 / 3) + 0.25 * (costs - 1)
    alone, random = 0.85 * (costs - 1 / 3), (1.1 - 0.5) * 0.1
    one = front_of(make_run, [0.94], [100_000_000])
    assert final_regret(one, reference) == pytest.approx((whole - alone) / (whole - random))
    median = np.array([reference.random_accuracy]), np.array([reference.random_multiply_adds])
    assert reference.front_regret(*median) == pytest.approx(1)
    better = np.array([reference.random_accuracy + 0.001]), np.array([reference.random_multiply_adds - 10**6])
    assert reference.front_regret(*better) < 1


def test_of_a_front_stays_what_seems_best(make_run, reference):
    """A lucky entry hides a better one as the optimizer saw them, and is measured by what it is worth."""
    told = {"val_accuracy": (0.94, 0.945), "judged": (0.94, 0.93)}
    run = front_of(make_run, [0.94, 0.945], [100_000_000, 90_000_000])
    lucky = run.model_copy(update={"incumbents": run.incumbents.model_copy(update=told)})

    assert final_regret(lucky, reference) > final_regret(run, reference)
    both = reference.front_regret(np.array([0.94, 0.93]), np.array([100_000_000, 90_000_000]))
    assert final_regret(lucky, reference) > both


def test_the_error_of_a_front_is_that_of_its_most_accurate(make_run, reference):
    """As the optimizer saw it, whenever it was found."""
    run = front_of(make_run, [0.95, 0.92], [140_000_000, 90_000_000])
    assert final_error(run, reference) == pytest.approx(5)
    np.testing.assert_allclose(error_at(run, reference, np.array([0.5, 1.5, 9.0])), [np.nan, 5, 5])
