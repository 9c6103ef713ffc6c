"""The embedded tables are what their recipes give."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from nb301.collection.base import EVERYTHING
from nb301.collection.collect import collect
from nb301.collection.recipes import EMULATED, REAL_V1, recipe_of
from nb301.optimizers.one_shot import logged_genotypes
from nb301.tables.schema import SCHEMA
from nb301.tables.statistics import seeds
from nb301.truth.base import OFFICIAL
from nb301.truth.emulated import EmulatedTruth

COLUMNS = ("val_accuracy", "test_accuracy", "train_accuracy", "runtime")


@pytest.mark.parametrize("optimizer", ["rs", "de", "re", "tpe", "bananas", "combo", "topology"])
def test_embedded_table_starts_as_its_collections(embedded_table, tmp_path, optimizer):
    """Collecting the first rows of an embedded run again gives them bit by bit."""
    (collection,) = (planned for planned in EMULATED if planned.optimizer == optimizer)
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
        for run, part in rows.groupby("run"):
            logged = [str(genotype) for genotype in logged_genotypes(method, int(run))]
            assert part["genotype"].tolist() == logged[: len(part)]


def test_embedded_table_is_what_the_truth_gives(embedded_table):
    """The embedded table has the recipe's numbers of rows, and each is what the truth gives now."""
    planned = Counter()
    for collection in EMULATED:
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


def test_recipes_are_told_by_the_ground_truth():
    """The emulated truth has the paper's numbers of evaluations, real ones the small recipe."""
    assert recipe_of("emulated 2.0") is EMULATED
    assert recipe_of("fashion-mnist-tiny 1.0") is recipe_of(OFFICIAL) is REAL_V1


def test_finds_come_after_everything():
    """Their rounds are runs of one source, at the recipe's end; real tables have none (Table 2 neither)."""
    others, rounds = EMULATED[:-4], EMULATED[-4:]
    assert [(one.optimizer, one.run, one.after) for one in rounds] == [
        ("finds", run, EVERYTHING) for run in range(4)
    ]
    assert len({one.seed for one in rounds}) == 4
    assert "finds" not in {one.optimizer for one in (*others, *REAL_V1)}


@pytest.mark.parametrize("recipe", [EMULATED, REAL_V1])
def test_collections_of_a_recipe_have_journals_of_their_own(recipe):
    """No two have a file in common, and what one starts from is collected, too."""
    files = [collection.file for collection in recipe]
    assert len({*files}) == len(files)
    assert {collection.after for collection in recipe} - {None, EVERYTHING} <= {
        collection.optimizer for collection in recipe
    }
