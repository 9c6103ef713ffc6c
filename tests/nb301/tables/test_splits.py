"""Splits: stratified, without leaks, by content instead of by order of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import folds, stratified_split

PARTS = ("train", "val", "test")


@pytest.fixture(scope="module")
def table(tiny_table):
    """The tiny table, with a fifth of its architectures trained again and a tenth of rs' found by re, too."""
    rows = tiny_table.rows
    again = rows[::5].assign(seed=99)
    shared = rows[:200:10].assign(optimizer="re", seed=98)
    return EvaluationTable("tiny", "1.0", "emulated 1.0", pd.concat([rows, again, shared]))


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
    for optimizer, found in rows.groupby("optimizer", observed=True)["genotype"]:
        for part, share in zip(PARTS, (0.8, 0.1, 0.1), strict=True):
            n = len(genotypes(tiny_table, getattr(split, part)) & set(found))
            assert abs(n - share * len(found)) <= 1, (optimizer, part)


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
    shuffled = EvaluationTable("tiny", "1.0", "emulated 1.0", table.rows.sample(frac=1, random_state=0))
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
    found = [genotypes(table, fold) for fold in cut]
    assert len(set.union(*found)) == sum(map(len, found))
    # an architecture of both optimizers counts for re, the first by name
    named = table.rows.iloc[rows].astype({"optimizer": str}).sort_values("optimizer")
    for _, own in named.drop_duplicates("genotype").groupby("optimizer")["genotype"]:
        sizes = [len(fold & {*own}) for fold in found]
        assert max(sizes) - min(sizes) <= 1
    assert [f.tolist() for f in folds(table, rows, 10, 0)] != [f.tolist() for f in folds(table, rows, 10, 1)]
