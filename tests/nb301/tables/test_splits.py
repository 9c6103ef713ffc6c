"""Splits: stratified, without leaks, by content instead of by order of rows."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from nb301.cost import cost_many
from nb301.errors import TableError
from nb301.space import sample_many, to_codes
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import (
    Split,
    above_split,
    equal_size_split,
    folds,
    leave_one_out_split,
    random_only_split,
    stratified_split,
)

PARTS = ("train", "val", "test")
SIZES = {"rs": 600, "de": 300, "bananas": 90, "darts": 10}


@pytest.fixture(scope="module")
def table(tiny_table):
    """The tiny table, with a fifth of its architectures trained again and a tenth of rs' found by re, too."""
    rows = tiny_table.rows
    again = rows[::5].assign(seed=99)
    shared = rows[:200:10].assign(optimizer="re", seed=98)
    return EvaluationTable("tiny", "1.0", "emulated 2.0", pd.concat([rows, again, shared]))


def genotypes(table, rows):
    return set(table.rows["genotype"].iloc[rows])


def test_parts_are_disjoint_and_complete(table):
    """Every row is in exactly one part, rows are ascending, and `fitting` is training and validation."""
    split = stratified_split(table, 0)
    parts = [getattr(split, part) for part in PARTS]
    assert sorted(np.concatenate(parts).tolist()) == [*range(len(table))]
    assert all((np.diff(part) > 0).all() for part in parts)
    assert split.counts() == {name: len(part) for name, part in zip(PARTS, parts, strict=True)}
    assert split.fitting.tolist() == sorted([*split.train, *split.val])


def test_an_architecture_is_in_one_part(table):
    """All runs of an architecture stay together, whichever optimizers found it."""
    split = stratified_split(table, 0)
    train, val, test = (genotypes(table, getattr(split, part)) for part in PARTS)
    assert not train & val
    assert not (train | val) & test


def test_shares_are_kept_for_each_optimizer(tiny_table):
    """Each optimizer's architectures are split by the same shares, to within one architecture."""
    split = stratified_split(tiny_table, 0)
    rows = tiny_table.rows.drop_duplicates("genotype")
    for optimizer, own in rows.groupby("optimizer", observed=True)["genotype"]:
        for part, share in zip(PARTS, (0.8, 0.1, 0.1), strict=True):
            n = len(genotypes(tiny_table, getattr(split, part)) & set(own))
            assert abs(n - share * len(own)) <= 1, (optimizer, part)


@pytest.mark.parametrize("shares", [(1, 0, 0), (0, 0.5, 0.5), (0.9, 0.1, 0.0)])
def test_takes_other_shares(table, shares):
    """Shares may be any three parts of 1; a share of 0 gives an empty part."""
    counts = stratified_split(table, 0, shares).counts()
    assert [count == 0 for count in counts.values()] == [share == 0 for share in shares]


@pytest.mark.parametrize("shares", [(0.8, 0.1, 0.2), (1.2, -0.1, -0.1), (0.5, 0.5, 0.1)])
def test_refuses_shares_that_are_none(table, shares):
    """Shares that are negative or do not sum to 1 are refused."""
    with pytest.raises(ValueError, match="shares"):
        stratified_split(table, 0, shares)


def test_does_not_depend_on_the_order_of_rows(table):
    """Shuffled rows are split the same way, and cut into the same folds."""
    shuffled = EvaluationTable("tiny", "1.0", "emulated 2.0", table.rows.sample(frac=1, random_state=0))
    one, other = stratified_split(table, 0), stratified_split(shuffled, 0)
    for part in PARTS:
        assert genotypes(table, getattr(one, part)) == genotypes(shuffled, getattr(other, part))
    cut, again = folds(table, one.fitting, 10, 0), folds(shuffled, other.fitting, 10, 0)
    assert [genotypes(table, fold) for fold in cut] == [genotypes(shuffled, fold) for fold in again]


def test_depends_on_the_seed(table):
    """Equal seeds give equal parts, other seeds others."""
    first = stratified_split(table, 0).test.tolist()
    assert first == stratified_split(table, 0).test.tolist()
    assert first != stratified_split(table, 1).test.tolist()


def test_folds_are_disjoint_complete_and_stratified(table):
    """Folds cut the rows without leaks, each optimizer evenly."""
    rows = stratified_split(table, 0).fitting
    cut = folds(table, rows, 10, 0)
    assert len(cut) == 10
    assert sorted(np.concatenate(cut).tolist()) == rows.tolist()
    architectures = [genotypes(table, fold) for fold in cut]
    assert len(set.union(*architectures)) == sum(map(len, architectures))
    # an architecture of both optimizers counts for re, the first by name
    named = table.rows.iloc[rows].astype({"optimizer": str}).sort_values("optimizer")
    for _, own in named.drop_duplicates("genotype").groupby("optimizer")["genotype"]:
        sizes = [len(fold & {*own}) for fold in architectures]
        assert max(sizes) - min(sizes) <= 1
    assert [f.tolist() for f in folds(table, rows, 10, 0)] != [f.tolist() for f in folds(table, rows, 10, 1)]


@lru_cache(maxsize=1)
def shared_table() -> EvaluationTable:
    """A table whose optimizers share architectures and evaluate some of them several times."""
    rng = np.random.default_rng(11)
    pool = [genotype.canonical() for genotype in sample_many(rng, 700)]
    chosen = [pool[i] for i in rng.integers(len(pool), size=sum(SIZES.values()))]
    costs = cost_many(to_codes(chosen))
    accuracy = rng.uniform(0.90, 0.95, size=(len(chosen), 3))
    return EvaluationTable(
        "some",
        "1.0",
        "none",
        pd.DataFrame(
            {
                "genotype": [str(genotype) for genotype in chosen],
                "optimizer": np.repeat([*SIZES], [*SIZES.values()]),
                "run": 0,
                "seed": np.arange(len(chosen)),
                "val_accuracy": accuracy[:, 0],
                "test_accuracy": accuracy[:, 1],
                "train_accuracy": accuracy[:, 2],
                "runtime": 1000.0,
                "parameters": costs[:, 0],
                "multiply_adds": costs[:, 1],
                "epochs": 100,
            }
        ),
    )


SPLITS = {
    "stratified": stratified_split,
    "leave one out": lambda table, seed: leave_one_out_split(table, "de", seed),
    "leave random search out": lambda table, seed: leave_one_out_split(table, "rs", seed),
    "random only": random_only_split,
    "equal size": equal_size_split,
    "above": above_split,
}


def by_name(split: Split) -> dict[str, np.ndarray]:
    return {"train": split.train, "val": split.val, "test": split.test}


@pytest.fixture(name="make", params=SPLITS.values(), ids=SPLITS)
def _make(request):
    return request.param


def test_no_architecture_is_in_two_parts(make):
    """Parts are ascending, not empty, and share neither rows nor architectures."""
    genotypes = shared_table().rows["genotype"]
    seen = set()
    for rows in by_name(make(shared_table(), 1)).values():
        assert len(rows)
        assert (np.diff(rows) > 0).all()
        architectures = set(genotypes.iloc[rows])
        assert not architectures & seen
        seen |= architectures


def test_parts_do_not_depend_on_the_order_of_rows(make):
    """Shuffled rows give the same parts, as sets of trainings."""
    order = np.random.default_rng(2).permutation(len(shared_table()))
    shuffled = replace(shared_table(), rows=shared_table().rows.iloc[order])

    shuffled_parts, ordered_parts = (
        {
            name: sorted(t.rows["seed"].iloc[rows])  # every row has a seed of its own
            for name, rows in by_name(make(t, 1)).items()
        }
        for t in (shuffled, shared_table())
    )
    assert shuffled_parts == ordered_parts


def test_seeds_give_different_training_parts(make):
    """A seed gives the same split again, another seed another one."""
    first, again, other = (make(shared_table(), seed) for seed in (1, 1, 2))

    assert np.array_equal(first.train, again.train)
    assert not np.array_equal(first.train, other.train)


def test_leave_one_out_tests_on_all_rows_of_one_optimizer():
    """The left-out optimizer's rows are the test part, and none of its architectures is seen."""
    rows, split = shared_table().rows, leave_one_out_split(shared_table(), "de", 1)

    is_de = rows["optimizer"] == "de"
    assert np.array_equal(split.test, np.flatnonzero(is_de))
    known = rows["genotype"].isin(rows["genotype"][is_de])
    assert known[~is_de].any()
    assert np.array_equal(split.fitting, np.flatnonzero(~known))


def test_finds_know_of_all_optimizers():
    """Models that are to know nothing of an optimizer are not fitted on finds; with all rows they are."""
    found = shared_table().rows[["genotype"]].drop_duplicates().index[-40:]
    is_found = np.zeros(len(shared_table()), dtype=bool)
    is_found[found] = True
    optimizers = shared_table().rows["optimizer"].where(~is_found, "finds")
    table = replace(shared_table(), rows=shared_table().rows.assign(optimizer=optimizers))

    for optimizer in ("rs", "de"):
        split = leave_one_out_split(table, optimizer, 1)
        assert not is_found[[*split.fitting, *split.test]].any()
    assert not is_found[random_only_split(table, 1).fitting].any()
    whole = stratified_split(table, 1)
    assert all(is_found[part].any() for part in by_name(whole).values())
    assert np.array_equal(leave_one_out_split(table, "finds", 1).test, np.flatnonzero(is_found))


def test_leave_one_out_is_stratified():
    """Training and validation share the others' rows 0.9 to 0.1, for each optimizer."""
    rows, split = shared_table().rows, leave_one_out_split(shared_table(), "de", 1)

    for optimizer in ("rs", "bananas"):
        is_its = (rows["optimizer"] == optimizer).to_numpy()
        n_train, n_val = is_its[split.train].sum(), is_its[split.val].sum()
        assert n_train / (n_train + n_val) == pytest.approx(0.9, abs=0.06)


def test_random_only_and_its_control_differ_in_training_only():
    """Both ablations have equal sizes and the test part of the stratified split (E.3)."""
    whole, random_only, control = (
        make(shared_table(), 1) for make in (SPLITS["stratified"], random_only_split, equal_size_split)
    )

    assert random_only.counts() == control.counts()
    assert np.array_equal(random_only.test, whole.test)
    assert np.array_equal(control.test, whole.test)
    assert set(shared_table().rows["optimizer"].iloc[random_only.fitting]) == {"rs"}
    assert set(control.train) <= set(whole.train)
    assert set(control.val) <= set(whole.val)


@pytest.mark.parametrize("share", [0.473, 1.0])
def test_equal_size_thins_every_optimizer_alike(share):
    """The control has the same share of each optimizer's rows, and exactly as many as asked for."""
    rows, whole = shared_table().rows, stratified_split(shared_table(), 1)
    sizes = round(share * len(whole.train)), round(share * len(whole.val))

    split = equal_size_split(shared_table(), 1, rows=sizes)

    assert (len(split.train), len(split.val)) == sizes
    for optimizer in ("rs", "de", "bananas"):
        is_its = (rows["optimizer"] == optimizer).to_numpy()
        assert is_its[split.train].sum() / is_its[whole.train].sum() == pytest.approx(share, abs=0.1)


def test_above_trains_on_good_architectures():
    """Architectures of at least 92 % train and validate 0.9 to 0.1, all others test (E.2)."""
    split = above_split(shared_table(), 1)

    means = shared_table().rows.groupby("genotype")["val_accuracy"].transform("mean").to_numpy()
    assert np.array_equal(split.fitting, np.flatnonzero(means >= 0.92))
    assert np.array_equal(split.test, np.flatnonzero(means < 0.92))
    assert len(split.train) / len(split.fitting) == pytest.approx(0.9, abs=0.03)


def test_impossible_splits_are_refused():
    """Missing optimizers and parts that would be empty or too large are told."""
    with pytest.raises(TableError, match=r"no rows of 'tpe', only of \['bananas', 'darts', 'de', 'rs'\]"):
        leave_one_out_split(shared_table(), "tpe", 1)
    with pytest.raises(TableError, match="rows of rs only"):
        leave_one_out_split(shared_table().of("rs"), "rs", 1)
    with pytest.raises(TableError, match="no rows of 'rs'"):
        random_only_split(shared_table().of("de"), 1)
    with pytest.raises(TableError, match=r"no architecture of at least 99\.00%"):
        above_split(shared_table(), 1, threshold=0.99)
    with pytest.raises(ValueError, match=r"2000 rows of \d+"):
        equal_size_split(shared_table(), 1, rows=(2000, 1))
