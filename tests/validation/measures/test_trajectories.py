"""Tests of `validation.measures.trajectories`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.validation.surrogates import Constant
from validation.answers import SubjectError
from validation.fits import PlannedFit, Without
from validation.measures import MEASURES, NotApplicable, trajectories
from validation.subject import foreign_subject


@pytest.fixture
def short(monkeypatch):
    """Runs of three optimizers for a hundredth of the time."""
    monkeypatch.setattr(trajectories, "SECONDS", {"rs": 1e5, "re": 1e5, "ls": 1e5})
    monkeypatch.setattr(trajectories, "RUNS", 3)


@pytest.mark.usefixtures("short")
def test_runs_on_the_best_surrogate_are_those_on_the_truth(oracle):
    """An oracle's curves are near the truth's: only the noise of runtimes and trainings differs."""
    oracle = replace(oracle, key="short")
    assert trajectories.curves(oracle, "rs").errors.shape == (3, 11)
    assert trajectories.area(oracle, "rs").value < 0.003
    assert -1 <= trajectories.ranking(oracle, 1e5).value <= 1
    # seventy evaluations of neighbours of one genotype are behind as many random ones
    ahead = trajectories.ahead(oracle, "rs", "ls", 1e5)
    assert ahead.value == pytest.approx(ahead.ceiling, abs=0.004)


@pytest.mark.usefixtures("short")
def test_runs_are_kept(oracle):
    """Curves are read from the cache, and are the same."""
    before = {*oracle.cache.glob("runs/*")}
    first = trajectories.curves(replace(oracle, key="kept", is_kept=True), "rs")
    files = {*oracle.cache.glob("runs/*")}
    assert len(files - before) == 1
    again = trajectories.curves(replace(oracle, key="kept", is_kept=True), "rs")
    np.testing.assert_array_equal(first.errors, again.errors)
    assert set((oracle.cache / "runs").iterdir()) == files
    for text in ("", "[1]", "{}", "[" * 10_000):
        (path,) = files - before
        path.write_text(text)
        curves = trajectories.curves(replace(oracle, key="kept", is_kept=True), "rs")
        np.testing.assert_array_equal(first.errors, curves.errors)


def with_method(name, method):
    return type("Different", (Constant,), {name: method})()


def test_runs_on_a_surrogate_are_its_own(tiny_table, tmp_path, monkeypatch):
    """Runs on twins are told apart, and nothing of them waits in the cache for the next surrogate."""
    monkeypatch.setattr(trajectories, "SECONDS", {"rs": 1e5})
    monkeypatch.setattr(trajectories, "RUNS", 2)
    plain, noisy, slow = (
        foreign_subject("mine:Model", surrogate, tiny_table, tmp_path)
        for surrogate in (
            Constant(),
            with_method("draws", lambda self, g, s: self.predict(g)[0] + 0.01 * (np.asarray(s) == 0)),
            with_method("seconds", lambda _, g: np.full(len(g), 2e4)),
        )
    )
    assert trajectories.curves(plain, "rs") is trajectories.curves(plain, "rs")
    assert trajectories.curves(noisy, "rs") is not trajectories.curves(plain, "rs")
    assert trajectories.curves(slow, "rs") is not trajectories.curves(plain, "rs")
    assert not [*tmp_path.rglob("*.json")]


@pytest.mark.parametrize("seconds", [1e-6, 1e9])
def test_runs_are_bounded(tiny_table, tmp_path, monkeypatch, seconds):
    """Trainings of no time would never end a run, those of years would never begin one: one line each."""
    monkeypatch.setattr(trajectories, "SECONDS", {"rs": 1e5})
    surrogate = with_method("seconds", lambda _, g: np.full(len(g), seconds))
    subject = foreign_subject("mine:Model", surrogate, tiny_table, tmp_path)
    with pytest.raises(SubjectError, match=r"mine:Model: a run of rs has \d+ evaluations .* in seconds\?"):
        trajectories.curves(subject, "rs")


def test_models_that_are_fitted_anew(subject):
    """An optimizer's rows are left out where a claim says so: ten members, of a GIN one."""
    fits = MEASURES["trajectories.area"].fits
    assert fits(subject, optimizer="re") == fits(subject, optimizer="re", left_out=False) == []
    assert fits(subject, optimizer="re", left_out=True) == [PlannedFit(Without("re"), 10)]
    assert MEASURES["trajectories.one_shot"].fits(subject, method="darts") == [PlannedFit(Without("darts"))]


def test_siblings_are_releases(subject, oracle):
    """A release is compared with one of its line alone; a foreign surrogate with none."""
    with pytest.raises(NotApplicable, match="only releases have siblings"):
        trajectories.agreement(oracle, "random-only", 1e5)
    with pytest.raises(NotApplicable, match=r"there is no release tiny-xgb-rand-v1\.0"):
        trajectories.agreement(subject, "random-only", 1e5)
    with pytest.raises(NotApplicable, match="there is no release tiny-xgb-v1"):
        trajectories.agreement(subject, "xgb", 1e5)


def test_searches_that_are_not_there(subject, unasked):
    """Without searches there is no curve, and without a truth to ask none of it."""
    with pytest.raises(NotApplicable, match="table tiny has no rows of pc_darts"):
        trajectories.one_shot(subject, "pc_darts")
    with pytest.raises(NotApplicable, match="the ground truth cannot be asked"):
        trajectories.truth_curves(unasked, "rs")
