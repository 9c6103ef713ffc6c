"""Collection: optimizers against the ground truth become rows of a table."""

from __future__ import annotations

import shutil
import sys
from collections import Counter

import numpy as np
import pytest

from nb301.collection.base import EVERYTHING, Collection
from nb301.collection.collect import collect, collect_table, to_table
from nb301.cost import cost_many
from nb301.errors import MissingExtra, TableError
from nb301.space import Genotype, Op, to_codes
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
    assert set(rows["epochs"]) == {98}
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
    assert (table.name, table.version, table.truth) == ("emulated", "1.0", "emulated 2.0")


def test_the_number_of_processes_changes_nothing(tmp_path):
    """Tables collected with one and with two processes are equal, and rows keep the recipe's order."""
    recipe = (
        Collection("rs", 30, seed=1),
        Collection("low_par", 10, seed=5),
        Collection("seeds", 40, seed=6, training_seed=2, after="rs"),
    )

    one = collect_table(recipe, tmp_path / "one", processes=1)
    two = collect_table(recipe, tmp_path / "two", processes=2)

    assert one.content_hash == two.content_hash
    assert list(dict.fromkeys(one.rows["optimizer"].astype(str))) == ["rs", "low_par", "seeds"]


def test_further_seeds_are_of_architectures_that_were_evaluated(tmp_path):
    """The probe of Section 3.3 trains architectures of another source with the seeds 2 to 5."""
    recipe = (Collection("rs", 30, seed=1), Collection("seeds", 40, seed=6, training_seed=2, after="rs"))

    rows = collect_table(recipe, tmp_path).rows
    probe, source = (rows[rows["optimizer"] == name] for name in ("seeds", "rs"))

    assert set(probe["genotype"]) <= set(source["genotype"])
    assert (probe.groupby("genotype")["seed"].apply(sorted).map(tuple) == (2, 3, 4, 5)).all()


def recipe_with_finds(seed=2):
    """Two rounds of finds, first in the recipe though last to be collected."""
    settings = {"searches": 1, "steps": 60}
    finds = [
        Collection("finds", 6, seed=seed + run, run=run, after=EVERYTHING, settings=settings)
        for run in range(2)
    ]
    return (*finds, Collection("rs", 40, seed=1), Collection("low_par", 10, seed=5))


@pytest.fixture(scope="module")
def with_finds(tmp_path_factory):
    """The table of finds, and the folder of its journals."""
    folder = tmp_path_factory.mktemp("finds")
    return collect_table(recipe_with_finds(), folder), folder


def test_finds_come_after_everything_round_by_round(with_finds, tmp_path):
    """They are new in each round, trained with seed 1, in the recipe's order; again they are the same."""
    table, _ = with_finds
    runs = table.rows.groupby(["optimizer", "run"], observed=True)["genotype"].agg(set)

    assert list(dict.fromkeys(table.rows["optimizer"].astype(str))) == ["finds", "rs", "low_par"]
    assert len(runs["finds", 0] | runs["finds", 1]) == 12
    assert not (runs["finds", 0] | runs["finds", 1]) & (runs["rs", 0] | runs["low_par", 0])
    assert set(table.rows["seed"]) == {1}
    assert table.is_fitted.all()
    assert table.content_hash == collect_table(recipe_with_finds(), tmp_path).content_hash


def test_interrupted_finds_go_on(with_finds, tmp_path):
    """Of a journal that ends in the middle of the last round the rest is collected as if it had not."""
    whole, folder = with_finds
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    journal = tmp_path / "finds-1.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:6]))

    assert collect_table(recipe_with_finds(), tmp_path).content_hash == whole.content_hash
    assert journal.read_bytes().splitlines(keepends=True) == lines


def test_finds_are_refused_where_nothing_can_be_fitted(tmp_path, monkeypatch):
    """Without XGBoost nothing is collected that would have to be thrown away."""
    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(MissingExtra, match="fit"):
        collect_table(recipe_with_finds(), tmp_path)
    assert not [*tmp_path.iterdir()]


def test_journals_and_rows_have_the_runs_number(tmp_path):
    """Collections of one source, one a run, do not meet in their folder."""
    collections = [
        Collection("skip", 9, seed=1, run=run, settings={"bases": 1, "repeats": 1}) for run in (0, 2)
    ]

    for collection in collections:
        rows = collect(collection, tmp_path)
        genotypes = [Genotype.parse(text) for text in rows["genotype"]]
        assert [genotype.normal.count(Op(collection.run)) for genotype in genotypes] == [*range(9)]

    assert {path.name for path in tmp_path.iterdir()} >= {"skip-0.jsonl", "skip-2.jsonl"}


def test_an_unknown_source_is_refused(tmp_path):
    """What no entry of the list makes has no logged search either."""
    with pytest.raises(TableError, match="no logged search 0 of 'cmaes': there are 0"):
        collect(Collection("cmaes", 9, seed=1), tmp_path)
