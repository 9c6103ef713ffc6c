"""Collection: optimizers against the ground truth become rows of a table."""

from __future__ import annotations

from collections import Counter

import numpy as np

from nb301.cost import cost_many
from nb301.space import to_codes
from nb301.truth.collect import Collection, collect, to_table
from nb301.truth.emulated import EmulatedTruth
from nb301.truth.recipes import EMULATED_V1

COLUMNS = ("val_accuracy", "test_accuracy", "train_accuracy", "runtime")


def test_rows_are_training_runs(tiny_table):
    """Each row holds what the truth gives for its genotype and seed, with exact costs."""
    rows = tiny_table.rows
    runs = EmulatedTruth().evaluate_many(tiny_table.genotypes, rows["seed"].to_numpy())
    for column in COLUMNS:
        np.testing.assert_array_equal(rows[column], getattr(runs, column))
    costs = cost_many(to_codes(tiny_table.genotypes))
    np.testing.assert_array_equal(rows[["parameters", "multiply_adds"]], costs)
    assert set(rows["epochs"]) == {100}
    assert Counter(rows["optimizer"]) == {"rs": 200, "re": 100}


def test_repeats_get_new_seeds(tiny_table):
    """Within a run the k-th training of an architecture has seed 1 + k."""
    for _, run in tiny_table.rows.groupby("optimizer", observed=True):
        assert (run["seed"] == 1 + run.groupby("genotype").cumcount()).all()


def test_equal_arguments_give_equal_rows(tmp_path):
    """Collecting again gives the same rows; another seed gives others; progress counts up."""
    seen = []
    first = collect(Collection("rs", 5, seed=3), tmp_path / "1", progress=lambda n, _: seen.append(n))
    assert seen == [1, 2, 3, 4, 5]
    assert first.equals(collect(Collection("rs", 5, seed=3), tmp_path / "2"))
    assert not first.equals(collect(Collection("rs", 5, seed=4), tmp_path / "3"))


def test_collections_keep_run_and_training_seed(tmp_path):
    """The run's number and the training seeds are those of the collection."""
    rows = collect(Collection("rs", 3, seed=3, run=7, training_seed=10), tmp_path)
    table = to_table([rows], "emulated", "1.0")
    assert set(table.rows["run"]) == {7}
    assert set(table.rows["seed"]) == {10}
    assert (table.name, table.version, table.truth) == ("emulated", "1.0", "emulated 1.0")


def test_embedded_table_is_what_collection_gives(embedded_table, tmp_path):
    """The embedded table starts as its collections start, and every row is what the truth gives now."""
    starts, start = [], 0
    for collection in EMULATED_V1:
        # RE starts at random, too
        again = collect(Collection("rs", 50, seed=collection.seed), tmp_path / str(start))
        starts.append((again["genotype"].tolist(), start))
        start += collection.evaluations
    assert len(embedded_table) == start == 7000
    for genotypes, start in starts:
        assert embedded_table.rows["genotype"][start : start + 50].tolist() == genotypes
    runs = EmulatedTruth().evaluate_many(embedded_table.genotypes, embedded_table.rows["seed"].to_numpy())
    for column in COLUMNS:
        np.testing.assert_allclose(embedded_table.rows[column], getattr(runs, column), rtol=1e-13)
