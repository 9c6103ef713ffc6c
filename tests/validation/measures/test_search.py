"""Tests of `validation.measures.search`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.space import Op, to_codes
from tests.validation.surrogates import PREDICTED, TRUTH, TimedOracle
from validation.fits import PlannedFit, Without
from validation.measures import MEASURES, NotApplicable, search
from validation.predictors import draw
from validation.runs import PLAN
from validation.searches import PlannedRuns, Where

pytestmark = pytest.mark.usefixtures("short_plan")


class Optimist(TimedOracle):
    """Says half a point too much of everything, draws included."""

    def predict(self, genotypes):
        """Mean and std."""
        mean, std = super().predict(genotypes)
        return mean + 0.005, std


class LovesSkips(TimedOracle):
    """Finds what is bad: more skip connections are better."""

    def draws(self, genotypes, seeds):
        """The number of skip connections, as an accuracy."""
        return (to_codes(genotypes)[..., 1] == Op.skip_connect).sum(axis=(1, 2)) / 100 + 0 * seeds


def test_the_oracle_finds_what_the_truth_finds(oracle):
    """Its finds differ by noise alone, paired by seed; it says of them what the truth says."""
    measured = search.found(replace(oracle), "rs", 4e4)
    assert measured.n == 4
    assert measured.value == pytest.approx(abs(measured.also["signed"]))
    assert measured.interval.low == 0
    assert search.overrated(replace(oracle), "rs", 4e4).value == pytest.approx(0, abs=1e-15)


def test_an_optimist_overrates_what_it_finds_as_well(oracle):
    """What is found and what is said of it are two things."""
    optimist, fair = replace(oracle, predictor=Optimist()), replace(oracle)
    measured = search.overrated(optimist, "re", 4e4)
    assert measured.also["signed"] == pytest.approx(0.005)
    assert measured.interval == pytest.approx((0.005, 0.005))
    assert search.found(optimist, "re", 4e4) == search.found(fair, "re", 4e4)


def test_who_finds_what_is_bad(oracle, monkeypatch):
    """The difference is negative, and the distance is far from 0."""
    monkeypatch.setitem(PLAN, "rs", {4e4: 40})  # of few trainings each
    measured = search.found(replace(oracle, predictor=LovesSkips()), "rs", 4e4)
    assert measured.also["signed"] == -measured.value
    assert measured.interval.low > 0


def test_runs_are_paired(oracle):
    """Run k on the subject is compared with run k on the truth, as far as both go on."""
    ours = search.values_at(oracle, "rs", 2e4)
    assert ours.shape == (6,)
    assert search.values_at(oracle, "rs", 4e4).shape == (4,)
    difference = ours - search.truth_values_at(oracle, "rs", 2e4)
    assert search.found(oracle, "rs", 2e4).also["signed"] == pytest.approx(difference.mean())


def test_folded_intervals():
    """Below a margin lies the fold of what lies within the margins, and nothing else."""
    for values in ([-1.0, 3.0, -2.0], [1.0, 1.1, 0.9], [-1.0, -1.1, -0.9], [0.5, 0.5]):
        differences = np.array(values)
        low, high = search.mean_interval(differences)
        measured = search._apart(differences)
        for margin in (0.4, 0.6, 1.2, 5.0, 9.0):
            assert (measured.interval.high <= margin) is (-margin <= low and high <= margin)
        assert (measured.interval.low == 0) is (low <= 0 <= high)


def test_times_at_which_nothing_runs(oracle):
    """A claim about them does not apply."""
    with pytest.raises(NotApplicable, match="runs of rs end before 1e"):
        search.found(oracle, "rs", 1e7)


def test_what_is_needed(subject):
    """Runs on both, or on ten members without an optimizer's rows, which are fitted."""
    both = [PlannedRuns("re", Where.truth), PlannedRuns("re", Where.subject)]
    parameters = {"optimizer": "re", "seconds": 4e4}
    assert MEASURES["search.found"].runs(subject, **parameters) == both
    assert MEASURES["search.overrated"].runs(subject, **parameters) == both
    left_out = MEASURES["search.found_left_out"]
    assert left_out.runs(subject, **parameters) == [both[0], PlannedRuns("re", Where.left_out)]
    assert left_out.fits(subject, **parameters) == [PlannedFit(Without("re"), 10)]


def test_left_out_runs(subject, oracle):
    """They are compared with as many on the truth; who cannot be refitted is not."""
    measured = search.found_left_out(subject, "rs", 4e4)
    assert measured.n == 4
    assert measured.value < 0.1
    with pytest.raises(NotApplicable, match="does not say how it is fitted"):
        search.found_left_out(oracle, "rs", 4e4)


def test_draws_of_the_oracle_are_not_the_truths():
    """Its noise is its own, as a release's is."""
    seeds, mean = np.full(len(PREDICTED), 3), TRUTH.mean(PREDICTED)
    trained = TRUTH.evaluate_many(PREDICTED, seeds).val_accuracy - mean
    drawn = draw(TimedOracle(), PREDICTED, seeds) - mean
    assert abs(np.corrcoef(trained, drawn)[0, 1]) < 0.2
