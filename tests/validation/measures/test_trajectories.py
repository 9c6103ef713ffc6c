"""Tests of `validation.measures.trajectories`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.validation.surrogates import TimedOracle
from validation.fits import PlannedFit, Without
from validation.measures import MEASURES, NotApplicable, trajectories
from validation.searches import PlannedRuns, Where


class Contrary(TimedOracle):
    """Best is worst."""

    def predict(self, genotypes):
        """Mean and std."""
        mean, std = super().predict(genotypes)
        return 1.8 - mean, std


@pytest.mark.usefixtures("short_plan")
def test_the_oracle_ranks_optimizers_as_the_truth_does(oracle):
    """By what they find; a few runs decide little."""
    measured = trajectories.ranking(oracle, 4e4)
    assert measured.n == 3
    assert measured.interval.low <= measured.value <= measured.interval.high
    ahead = trajectories.ahead(oracle, "rs", "ls", 2e4)
    assert ahead.n == 6
    assert ahead.value == pytest.approx(ahead.ceiling, abs=0.01)
    assert trajectories.ahead(oracle, "ls", "rs", 2e4).value == -ahead.value


@pytest.mark.usefixtures("short_plan")
def test_curves_are_of_three_values(oracle):
    """What the truth says of both, and what the subject says of its own, from ten points a decade."""
    curves = trajectories.curves(replace(oracle, predictor=Contrary()), "rs")
    assert curves.seconds[[0, -1]] == pytest.approx([1e4, 4e4])
    assert curves.truth.shape == curves.found.shape == curves.own.shape == (4, 7)
    np.testing.assert_allclose(curves.own, 1.8 - curves.found)
    assert curves.found[:, -1].mean() < curves.truth[:, -1].mean()


@pytest.mark.usefixtures("short_plan")
def test_what_is_needed(subject):
    """Runs of all optimizers that go on until then, or of two; a model without the rows of searches."""
    pairs = [
        PlannedRuns(name, where) for name in ("rs", "re", "ls") for where in (Where.truth, Where.subject)
    ]
    assert MEASURES["trajectories.ranking"].runs(subject, seconds=4e4) == pairs
    assert MEASURES["trajectories.agreement"].runs(subject, other="gin", seconds=4e4) == pairs
    assert MEASURES["trajectories.ranking"].runs(subject, seconds=1e7) == []
    two = MEASURES["trajectories.ahead"].runs(subject, optimizer="rs", of="re", seconds=4e4)
    assert two == pairs[:4]
    assert MEASURES["trajectories.one_shot"].fits(subject, method="darts") == [PlannedFit(Without("darts"))]


def test_siblings_are_releases(subject, oracle):
    """A release is compared with one of its line alone; a foreign surrogate with none."""
    with pytest.raises(NotApplicable, match="only releases have siblings"):
        trajectories.agreement(oracle, "random-only", 1e5)
    with pytest.raises(NotApplicable, match=r"there is no release tiny-xgb-rand-v1\.0"):
        trajectories.agreement(subject, "random-only", 1e5)
    with pytest.raises(NotApplicable, match="there is no release tiny-xgb-v1"):
        trajectories.agreement(subject, "xgb", 1e5)


@pytest.mark.usefixtures("short_plan")
def test_agreement_with_oneself(subject, monkeypatch):
    """Whose sibling is itself ranks as it does."""
    monkeypatch.setattr(trajectories, "_sibling_name", lambda *_: "")
    monkeypatch.setattr(trajectories, "_sibling", lambda subject, _: subject)
    assert trajectories.agreement(subject, "gin", 4e4).value == 1


def test_searches_that_are_not_there(subject, unasked):
    """Without searches there is no curve, and without a truth to ask none of it."""
    with pytest.raises(NotApplicable, match="table tiny has no rows of pc_darts"):
        trajectories.one_shot(subject, "pc_darts")
    with pytest.raises(NotApplicable, match="the ground truth cannot be asked"):
        trajectories.curves(unasked, "rs")
