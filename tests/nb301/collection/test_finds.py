"""Finds: new, different, rated best by searches on a surrogate."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.collection.base import EVERYTHING, Collection
from nb301.collection.collect import collect
from nb301.collection.finds import SEARCHING, finds, found
from nb301.errors import TableError
from nb301.optimizers import simulate
from nb301.space import Genotype
from nb301.truth.emulated import EmulatedTruth

#: Of a search on the tiny table.
STEPS = 1200


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def some(tiny_table):
    """Thirty finds on the tiny table."""
    return found(rng(), tiny_table.rows, 30, searches=1, steps=STEPS)


def test_finds_are_new_and_different(some, tiny_table):
    """Canonical, all of them different, none evaluated before."""
    assert len({*some}) == 30
    assert some == [genotype.canonical() for genotype in some]
    assert not {*map(str, some)} & {*tiny_table.rows["genotype"]}


def test_finds_are_good(some, tiny_table):
    """What the surrogate rates best is better than as many random architectures, for the truth, too."""
    truth, random = EmulatedTruth(), tiny_table.of("rs").rows["val_accuracy"]
    accuracy = [truth.evaluate(genotype, 1).val_accuracy for genotype in some]
    assert np.mean(accuracy) > random.mean() + 3 * random.std() / np.sqrt(len(some))


def test_equal_generators_find_the_same(some, tiny_table):
    """On one machine; another generator finds others."""
    again, others = (found(rng(seed), tiny_table.rows, 30, searches=1, steps=STEPS) for seed in (0, 1))
    assert again == some
    assert others != some


def test_what_rows_have_is_passed_over(some, tiny_table):
    """Probes are not fitted on, but were evaluated, and so are no finds."""
    probes = tiny_table.rows.iloc[:30].assign(genotype=[*map(str, some)], optimizer="topology")
    rows = tiny_table.rows.astype({"optimizer": str})
    others = found(rng(), rows.merge(probes, how="outer"), 30, searches=1, steps=STEPS)
    assert not {*others} & {*some}


def test_finds_are_what_searches_rate_best(monkeypatch, tiny_table):
    """Of each search, asked in the order of their turns, the best is taken first, then the next best."""
    searches = []

    def kept(*args, **kwargs):
        searches.append(simulate(*args, **kwargs))
        return searches[-1]

    monkeypatch.setattr("nb301.collection.finds.simulate", kept)
    some = found(rng(), tiny_table.rows, 12, searches=1, steps=100)
    assert len(searches) == 6
    for number, search in enumerate(searches):
        rated = {
            genotype.canonical(): accuracy
            for genotype, accuracy in zip(search.genotypes, search.val_accuracy, strict=True)
        }
        first, second = (rated[some[number + turn]] for turn in (0, 6))
        assert first == max(rated.values())
        assert second == sorted(rated.values())[-2]


def test_searches_take_turns(some, tiny_table):
    """More searches have fewer finds each, and the first finds are one search's best each."""
    few = found(rng(), tiny_table.rows, 2 * len(SEARCHING), searches=1, steps=STEPS)
    assert few == some[: 2 * len(SEARCHING)]


def test_too_few_finds_are_said(tiny_table):
    """Six short searches do not find a thousand."""
    with pytest.raises(TableError, match=r"6 searches of 2 or 20 steps found \d\d architectures .* not 1000"):
        found(rng(), tiny_table.rows, 1000, searches=1, steps=20)


def test_too_few_rows_are_said(tiny_table):
    """A surrogate of ten members needs ten architectures."""
    with pytest.raises(TableError, match="too few: 10 architectures"):
        found(rng(), tiny_table.rows.head(4), 3, searches=1, steps=20)


def test_finds_come_after_other_rows(tmp_path, tiny_table):
    """Alone they are refused, with what is needed; else the collection says how many."""
    collection = Collection("finds", 5, seed=0, after=EVERYTHING, settings={"searches": 1, "steps": 40})
    with pytest.raises(TableError, match="as `nb301 collect --all` does"):
        collect(collection, tmp_path)
    earlier = {"rs": tiny_table.of("rs").rows, "re": tiny_table.of("re").rows}
    chosen = finds(rng(), collection, earlier)
    assert len(chosen) == 5
    assert all(isinstance(genotype, Genotype) for genotype in chosen)
    assert collect(collection, tmp_path, earlier)["genotype"].tolist() == [*map(str, chosen)]
