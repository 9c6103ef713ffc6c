"""A release is held against rows that it was not fitted to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import nb301
from nb301 import tables
from nb301.errors import TableError
from nb301.metrics import mean_absolute_error, r2, sparse_kendall_tau, spearman
from nb301.releases.scores import SHARES, fresh_rows, scores
from nb301.tables.schema import EvaluationTable, write_table

LAST, BEST = "CIFAR-10 training, last epoch", "CIFAR-10 training"


@pytest.fixture(autouse=True)
def _home(monkeypatch, tmp_path):
    """A home without tables."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path))


@pytest.fixture
def manifest(tiny_release):
    return nb301.load(tiny_release).release.manifest


def resting_on(manifest, truth):
    return manifest.model_copy(update={"table": manifest.table.model_copy(update={"truth": truth})})


def table_of(rows, truth="emulated 2.0"):
    return EvaluationTable("other", "1.0", truth, rows)


@pytest.fixture
def mixed(tiny_table, embedded_table):
    """200 rows that the tiny release's table has, and 100 that it has not."""
    rows = embedded_table.rows
    unknown = rows[~rows["genotype"].isin(tiny_table.rows["genotype"])][:100]
    return table_of(pd.concat([tiny_table.rows[:200], unknown]))


def test_what_is_measured_is_what_the_statistics_say(tiny_release, mixed):
    """Each as its function gives it, of the mean; coverage counts trainings in the answers' own intervals."""
    predicted = nb301.load(tiny_release).query(mixed.genotypes)
    trained = mixed.rows["val_accuracy"].to_numpy()
    found = scores(trained, predicted)
    assert found.n == 300
    assert found.r2 == r2(trained, predicted.mean)
    assert found.sparse_kendall_tau == sparse_kendall_tau(trained, predicted.mean)
    assert found.spearman == spearman(trained, predicted.mean)
    assert found.mean_absolute_error == mean_absolute_error(trained, predicted.mean)
    assert found.mean_error == pytest.approx((predicted.mean - trained).mean(), abs=1e-12)
    for share in SHARES:
        inside = 0
        for evaluation, accuracy in zip(predicted, trained, strict=True):
            low, high = evaluation.interval(share)
            inside += low <= accuracy <= high
        assert found.coverage[share] == inside / 300


def test_equal_trainings_have_no_ranks(tiny_release, mixed):
    """Errors are there, R2 and correlations are not numbers."""
    predicted = nb301.load(tiny_release).query(mixed.genotypes)
    found = scores(np.full(300, 0.93), predicted)
    assert np.isnan([found.r2, found.sparse_kendall_tau, found.spearman]).all()
    assert found.mean_absolute_error > 0


def test_architectures_of_the_releases_table_are_left_out(manifest, tiny_table, mixed):
    """Where the table is here; where not, that is told, with the command that brings it, and all stay."""
    fresh = fresh_rows(manifest, mixed)
    assert (len(fresh.table), fresh.left_out) == (300, None)
    (unknown,) = fresh.warnings
    assert "its table tiny-v1.0 (content" in unknown
    assert "nb301 tables import FILE.parquet" in unknown
    write_table(tiny_table, tables.user_path("tiny", "1.0"))
    fresh = fresh_rows(manifest, mixed)
    assert (len(fresh.table), fresh.left_out, fresh.warnings) == (100, 200, [])
    assert not fresh.table.rows["genotype"].isin(tiny_table.rows["genotype"]).any()
    assert fresh.table.full_name == "other-v1.0"


def test_the_releases_own_table_has_no_fresh_rows(manifest, tiny_table, mixed):
    """It is known by its content; so are those of which one row is left."""
    with pytest.raises(TableError, match=r"300 of 300 rows .* release show tiny-xgb-v1\.0") as caught:
        fresh_rows(manifest, tiny_table)
    assert str(caught.value).isprintable()
    write_table(tiny_table, tables.user_path("tiny", "1.0"))
    with pytest.raises(TableError, match=r"table other-v1\.0: 200 of 201 rows"):
        fresh_rows(manifest, table_of(mixed.rows[:201]))


@pytest.mark.parametrize(
    ("release", "table"),
    [("emulated 2.0", "emulated 3.0"), ("emulated 2.0", BEST), (LAST, "emulated 2.0"), (LAST, "mine 1.0")],
)
def test_another_ground_truth_is_refused(manifest, mixed, release, table):
    """Both are named."""
    with pytest.raises(
        TableError, match=f"other-v1.0 rests on {table}, but tiny-xgb-v1.0 predicts {release}"
    ):
        fresh_rows(resting_on(manifest, release), table_of(mixed.rows, table))


@pytest.mark.parametrize(
    ("release", "table", "warnings"), [(LAST, LAST, 0), (LAST, BEST, 1), (BEST, LAST, 1), (BEST, BEST, 0)]
)
def test_best_and_last_epochs_are_compared_with_a_warning(manifest, mixed, release, table, warnings):
    """The paper's trainings both, of which one number or the other is known."""
    *others, _unknown = fresh_rows(resting_on(manifest, release), table_of(mixed.rows, table)).warnings
    assert len(others) == warnings
    assert all(f"of {table}, the release's of {release}: " in warning for warning in others)
