"""Tests of `validation.measures.replay`: logged runs beside runs on models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.collection.recipes import REAL_V1, recipe_of
from nb301.optimizers import Budget, RegularizedEvolution, simulate
from nb301.truth.base import TrainingRun
from tests.validation.surrogates import Oracle, Toy
from validation.fits import PlannedFit, Without
from validation.measures import MEASURES, NotApplicable, replay
from validation.predictors import draw
from validation.subject import foreign_subject

RE = next(collection for collection in REAL_V1 if collection.optimizer == "re")


def test_the_recipe_of_real_trainings(unasked_table):
    """2,040 trainings, 200 architectures of random search with four more seeds, three kinds of probes."""
    evaluations = {collection.file: collection.evaluations for collection in REAL_V1}
    assert sum(evaluations.values()) == 2040
    assert sum(c.evaluations for c in REAL_V1 if c.optimizer == "seeds") == 4 * 200
    assert recipe_of("fashion-mnist-tiny 1.0") is REAL_V1
    assert recipe_of("emulated 2.0") is not REAL_V1
    rows = unasked_table.rows
    repeated = rows[rows["optimizer"] == "seeds"].groupby("genotype")["seed"].apply(sorted)
    assert len(repeated) == 60
    assert (repeated.map(tuple) == (2, 3, 4, 5)).all()


@pytest.fixture
def replayed(unasked_table, unasked, monkeypatch):
    """A table whose run of regularized evolution was made on the toy, as every model is."""

    def objective(genotype, seed):
        return TrainingRun(float(draw(Toy(), [genotype], np.array([seed]))[0]), 0.5, 0.5, 1.0)

    optimizer = RegularizedEvolution(np.random.default_rng(RE.seed), **RE.settings)
    run = simulate(optimizer, objective, Budget(evaluations=RE.evaluations), seed=1, workers=RE.workers)
    table = unasked_table
    rows = table.rows.copy()
    rows.loc[rows["optimizer"] == "re", "val_accuracy"] = run.val_accuracy
    monkeypatch.setattr(replay, "refitted", lambda *_: Toy())
    return foreign_subject("toy", Toy(), replace(table, rows=rows), unasked.cache)


def test_a_run_on_the_truth_cannot_be_told_from_runs_on_it(replayed):
    """Models that are the truth give runs like the logged one; the 39 others are of other seeds."""
    measured = replay.told_apart(replayed, "re")
    assert measured.n == 40
    assert measured.value >= 0.1
    logged, modelled = replay.best_so_far(replayed, "re")
    assert modelled.shape == (39, len(logged)) == (39, RE.evaluations)
    assert (np.diff(logged) >= 0).all()
    assert len(np.unique(modelled, axis=0)) == 39


def test_a_run_that_models_never_make_is_told_apart(replayed):
    """Of 40 runs the logged one is the worst by far: one in twenty lies so far outside, on either side."""
    rows = replayed.table.rows
    worse = replace(replayed.table, rows=rows.assign(val_accuracy=rows["val_accuracy"] - 0.2))
    assert replay.told_apart(foreign_subject("toy", Toy(), worse, replayed.cache), "re").value == 2 / 40


def test_runs_of_unknown_settings_are_not_replayed(unasked, tiny_table, tmp_path):
    """Neither an optimizer without rows, nor rows that no recipe gives."""
    with pytest.raises(NotApplicable, match="no rows of de"):
        replay.told_apart(unasked, "de")
    other = foreign_subject("oracle", Oracle(), replace(tiny_table, truth="digits-tiny 1.0"), tmp_path)
    with pytest.raises(NotApplicable, match="nobody knows how the rows of re"):
        replay.told_apart(other, "re")


def test_ensembles_without_the_optimizer_are_needed(subject):
    """Runs on them are set beside the logged one."""
    fits = MEASURES["replay.told_apart"].fits(subject, optimizer="re")
    assert fits == [PlannedFit(Without("re"), replay.MEMBERS)]
