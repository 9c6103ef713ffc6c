"""Collection: optimizers against the ground truth become rows of a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from nb301.collection.base import Collection
from nb301.collection.collect import collect, to_table
from nb301.collection.recipes import EMULATED_V1
from nb301.cost import cost_many
from nb301.optimizers.one_shot import logged_genotypes
from nb301.space import to_codes
from nb301.tables.schema import SCHEMA
from nb301.tables.statistics import seeds
from nb301.truth.emulated import EmulatedTruth

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


@pytest.mark.parametrize("optimizer", ["rs", "de", "re", "tpe", "bananas", "combo", "topology"])
def test_embedded_table_starts_as_its_collections(embedded_table, tmp_path, optimizer):
    """Collecting the first rows of an embedded run again gives them bit by bit."""
    (collection,) = (each for each in EMULATED_V1 if each.optimizer == optimizer)
    # workers' last evaluations end in another order when there is nothing after them
    again = collect(replace(collection, evaluations=20 + collection.workers), tmp_path).head(20)
    embedded = embedded_table.of(optimizer).rows.head(20)
    for column in SCHEMA:
        assert again[column].tolist() == embedded[column].tolist(), column


def test_embedded_one_shot_rows_are_the_logged_genotypes(embedded_table):
    """One-shot rows are the packaged searches, one genotype an epoch, in their order."""
    for method, evaluations in (("darts", 2053), ("pc_darts", 1588), ("drnas", 947), ("gdas", 234)):
        rows = embedded_table.of(method).rows
        assert len(rows) == evaluations
        for run, found in rows.groupby("run"):
            logged = [str(genotype) for genotype in logged_genotypes(method, int(run))]
            assert found["genotype"].tolist() == logged[: len(found)]


def test_embedded_table_is_what_the_truth_gives(embedded_table):
    """The embedded table has the recipe's numbers of rows, and each is what the truth gives now."""
    planned = Counter()
    for collection in EMULATED_V1:
        planned[collection.optimizer] += collection.evaluations
    assert Counter(embedded_table.rows["optimizer"]) == planned
    runs = EmulatedTruth().evaluate_many(embedded_table.genotypes, embedded_table.rows["seed"].to_numpy())
    for column in COLUMNS:
        np.testing.assert_array_equal(embedded_table.rows[column], getattr(runs, column))


def test_five_seeds(embedded_table):
    """500 architectures of the DE run have the seeds 1..5, the first of them in that run (Section 3.3)."""
    runs = seeds(embedded_table)
    assert runs.shape == (500, 5)
    assert runs.columns.tolist() == [1, 2, 3, 4, 5]
    assert set(runs.index) <= set(embedded_table.of("de").rows["genotype"])
