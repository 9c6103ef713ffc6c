"""Ensembles: folds, checkpoints, processes, mean and std."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.surrogates import FAMILIES
from nb301.surrogates.ensemble import fit_ensemble, fit_one, mean_and_std, mean_and_std_of_one
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split

XGB = FAMILIES["xgb"]
SEED = 5


@pytest.fixture(scope="module")
def split(tiny_table):
    return stratified_split(tiny_table, 0)


@pytest.fixture(scope="module")
def files(tiny_table, split):
    return fit_ensemble(XGB, tiny_table, split, SEED)


def with_changed_rows(table, rows):
    changed = table.rows.copy()
    changed.loc[rows, "val_accuracy"] = 0.5
    return EvaluationTable("tiny", "1.0", "emulated 2.0", changed)


def test_ten_members_that_differ(tiny_table, split, files):
    """Ten members, each with a fold of its own, so that no two are equal."""
    assert [*files] == [f"member-{k}.ubj" for k in range(10)]
    assert len(set(files.values())) == 10
    codes = tiny_table.codes[split.test]
    members = XGB.load([*files.values()]).predict(codes)
    assert members.shape == (10, len(codes))
    assert (members.std(axis=0) > 0).all()


def test_test_rows_are_never_seen(tiny_table, split, files):
    """Changing the test rows changes no member; changing the others' accuracies changes all."""
    assert fit_ensemble(XGB, with_changed_rows(tiny_table, split.test), split, SEED) == files
    changed = fit_ensemble(XGB, with_changed_rows(tiny_table, split.train[::2]), split, SEED)
    assert all(changed[name] != files[name] for name in files)


def test_seeds_and_members(tiny_table, split, files):
    """Another seed gives other members; their number can be chosen."""
    others = fit_ensemble(XGB, tiny_table, split, SEED + 1)
    assert all(others[name] != files[name] for name in files)
    assert len(fit_ensemble(XGB, tiny_table, split, SEED, members=3)) == 3


def test_goes_on_from_checkpoints(tiny_table, split, files, tmp_path):
    """Members that are there are not fitted again, and only for equal rows, seeds, hyperparameters."""
    fitted = []

    def fit(*args):
        fitted.append(args[2])
        if len(fitted) == 4:
            raise KeyboardInterrupt
        return XGB.fit(*args)

    watched = replace(XGB, fit=fit)
    with pytest.raises(KeyboardInterrupt):
        fit_ensemble(watched, tiny_table, split, SEED, checkpoints=tmp_path)
    assert len([*tmp_path.iterdir()]) == 3
    counts = []
    again = fit_ensemble(
        watched,
        tiny_table,
        split,
        SEED,
        checkpoints=tmp_path,
        progress=lambda done, total: counts.append((done, total)),
    )
    assert again == files
    assert counts == [(k, 10) for k in range(1, 11)]
    assert len(fitted) == 4 + 7
    fit_ensemble(watched, tiny_table, split, SEED + 1, checkpoints=tmp_path)
    other = {**XGB.hyperparameters, "max_depth": 2}
    fit_ensemble(watched, tiny_table, split, SEED, hyperparameters=other, checkpoints=tmp_path)
    assert len(fitted) == 11 + 20


def test_processes_change_nothing(tiny_table, split, files):
    """Members fitted in two processes are those fitted in one."""
    assert fit_ensemble(XGB, tiny_table, split, SEED, processes=2) == files


def test_one_model(tiny_table, split):
    """A single model is stopped on the validation rows, and never sees test rows."""
    file = fit_one(XGB, tiny_table, split, SEED)
    assert fit_one(XGB, with_changed_rows(tiny_table, split.test), split, SEED) == file
    assert fit_one(XGB, with_changed_rows(tiny_table, split.val), split, SEED) != file


def test_mean_and_std_do_not_depend_on_the_batch():
    """Plain mean and population std (official_facts F19), equal to the last digit in any batch."""
    members = np.random.default_rng(0).random((10, 1000))
    mean, std = mean_and_std(members)
    np.testing.assert_allclose(mean, members.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(std, members.std(axis=0), rtol=1e-12)
    for row in range(5):
        assert [float(part[0]) for part in mean_and_std(members[:, row : row + 1])] == [mean[row], std[row]]
    alone = [mean_and_std_of_one(column) for column in members.T.tolist()]
    assert alone == list(zip(mean.tolist(), std.tolist(), strict=True))
