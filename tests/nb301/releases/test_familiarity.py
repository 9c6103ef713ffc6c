"""Familiarity: a metric on architectures, and a limit that held-out rows set."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nb301
from nb301 import tables
from nb301.errors import DataMissing, GenotypeError, TableError
from nb301.releases.familiarity import EdgeIndex, FittedRows, distance, expected_rows, falls, surroundings
from nb301.space import PARAMETER_FREE, Cell, Genotype, Op, mutate, neighbours, sample, sample_many, to_codes
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import random_only_split, stratified_split

CELLS, GENOTYPES = st.from_type(Cell), st.from_type(Genotype)
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def full(embedded_table):
    """The embedded release with its table, so that this is read once."""
    return nb301.load("emulated-xgb-v2.0", table=embedded_table)


@pytest.fixture(scope="module")
def tiny(tiny_release, tiny_table):
    return nb301.load(tiny_release, table=tiny_table)


def all_of(op):
    cell = Cell.from_edges((source, node, op) for node in (2, 3, 4, 5) for source in (node - 2, node - 1))
    return Genotype(cell, cell)


def by_definition(one, other):
    """The distance of two cells, as it is defined: the fewest edges that one has and not the other."""
    fewest = 8
    for renamed in permutations((2, 3, 4, 5)):
        names = (0, 1, *renamed)
        edges = {(names[source], names[target], op) for source, target, op in one.edges}
        fewest = min(fewest, len(edges - {*other.edges}))
    return fewest


@given(CELLS, CELLS, CELLS)
def test_distance_is_what_it_says(one, other, same):
    """The fewest edges to replace, over all names of nodes, added over both cells."""
    normal, reduce = by_definition(one, other), by_definition(other, one)
    assert normal == reduce
    assert distance(Genotype(one, same), Genotype(other, same)) == normal
    assert distance(Genotype(one, one), Genotype(other, other)) == 2 * normal


@given(GENOTYPES, GENOTYPES, GENOTYPES)
def test_distance_is_a_metric(one, other, third):
    """Symmetric, with the triangle inequality, and zero for isomorphic architectures alone."""
    assert distance(one, other) == distance(other, one)
    assert distance(one, third) <= distance(one, other) + distance(other, third)
    assert distance(one, one.canonical()) == 0
    assert (distance(one, other) == 0) == (one.hash == other.hash)
    assert 0 <= distance(one, other) <= 16


@given(GENOTYPES, GENOTYPES, st.integers(0, 2**32))
def test_names_of_nodes_do_not_matter_and_an_edit_is_one(one, other, seed):
    """Isomorphic architectures have equal distances to all; a mutation changes each by at most one."""
    expected = distance(one, other)
    assert distance(one.canonical(), other) == distance(one, other.canonical()) == expected
    mutated = mutate(one, np.random.default_rng(seed))
    assert distance(one, mutated) <= 1
    assert abs(distance(mutated, other) - expected) <= 1


def test_neighbours_are_at_one():
    """An architecture's neighbours are at distance 1, but those that are isomorphic to it, at 0."""
    genotype = sample(RNG)
    for neighbour in neighbours(genotype):
        assert distance(genotype, neighbour) == (neighbour.hash != genotype.hash)


def test_index_compares_with_each():
    """An index gives the distances to all of its architectures, in their order; to none, none."""
    one, *others = sample_many(RNG, 40)
    distances = EdgeIndex(to_codes(others)).distances(to_codes([one])[0])
    assert distances.tolist() == [distance(one, other) for other in others]
    assert EdgeIndex(to_codes([])).distances(to_codes([one])[0]).shape == (0,)


@settings(max_examples=10)
@given(st.integers(0, 2**32))
def test_fitted_rows_are_at_zero(full, embedded_table, seed):
    """What the release was fitted on is at distance 0 of itself, whatever its nodes are called."""
    rng = np.random.default_rng(seed)
    split = stratified_split(embedded_table, full.release.manifest.split.seed)
    genotype = Genotype.parse(embedded_table.rows["genotype"][rng.choice(split.fitting)])
    familiarity = full.familiarity(genotype)
    assert (familiarity.distance, familiarity.nearest.hash, familiarity.is_familiar) == (
        0,
        genotype.hash,
        True,
    )
    mutated = full.familiarity(mutate(genotype, rng))
    assert mutated.distance <= 1
    assert not [warning for warning in mutated.warnings if "unfamiliar" in warning]


def test_the_nearest_row_is_at_the_distance(full):
    """The architecture that is named as the nearest is at the distance that is told."""
    for genotype in sample_many(RNG, 5):
        familiarity = full.familiarity(genotype)
        assert distance(genotype, familiarity.nearest) == familiarity.distance


def test_only_fitted_rows_count(tiny, tiny_table):
    """Rows of the test part are strangers; those of other optimizers are, to a random-only release."""
    manifest = tiny.release.manifest
    split = stratified_split(tiny_table, manifest.split.seed)
    fitted = {*tiny_table.rows["genotype"].iloc[split.fitting]}
    for row in split.test[:10]:
        genotype = Genotype.parse(tiny_table.rows["genotype"][row])
        assert tiny.familiarity(genotype).distance > 0
        assert str(tiny.familiarity(genotype).nearest) in fitted
    random_only = FittedRows(manifest.model_copy(update={"optimizers": ("rs",)}), tiny_table)
    seen = random_only_split(tiny_table, manifest.split.seed).fitting
    codes = EdgeIndex(tiny_table.codes[seen])
    for genotype in tiny_table.genotypes[-5:]:
        expected = codes.distances(to_codes([genotype])[0]).min()
        assert random_only.familiarity([genotype])[0].distance == expected


def test_limit_is_the_held_out_quantile(tiny, tiny_table):
    """At most one in a hundred held-out rows is beyond the limit, and more would be beyond a smaller one."""
    split = stratified_split(tiny_table, tiny.release.manifest.split.seed)
    index = EdgeIndex(tiny_table.codes[split.fitting])
    distances = np.array([index.distances(codes).min() for codes in tiny_table.codes[split.test]])
    limit = tiny.familiarity(sample(RNG)).limit
    assert (distances > limit).mean() <= 0.01 < (distances >= limit).mean()


def test_embedded_releases_know_their_limit(full, embedded_table):
    """The embedded releases' limits are part of what they tell; uniform samples are mostly within."""
    assert full.familiarity(all_of(Op.skip_connect)).limit == 8
    assert nb301.load("emulated-xgb-rand-v2.0", table=embedded_table).familiarity(sample(RNG)).limit == 8
    samples = full.familiarity(sample_many(np.random.default_rng(5), 200))
    assert np.mean([familiarity.is_familiar for familiarity in samples]) > 0.97


def test_warns_of_many_equal_parameter_free_ops(full):
    """More than four equal parameter-free ops in the normal cell are warned of; other ops are not."""
    edges = [(s, n) for n in (2, 3, 4, 5) for s in (0, 1)]
    for op in Op:
        for count in (4, 5):
            ops = [op] * count + [Op.sep_conv_3x3] * 3 + [Op.dil_conv_3x3]
            cell = Cell.from_edges((s, n, o) for (s, n), o in zip(edges, ops, strict=False))
            normal = full.familiarity(Genotype(cell, all_of(Op.sep_conv_3x3).reduce)).warnings
            warned = [warning for warning in normal if warning.startswith("collapse")]
            assert len(warned) == (count == 5 and op in {Op.max_pool_3x3, Op.avg_pool_3x3, Op.skip_connect})
            assert all(f"5 of 8 edges of the normal cell are {op.name}" in warning for warning in warned)
            in_reduce = full.familiarity(Genotype(all_of(Op.sep_conv_3x3).normal, cell)).warnings
            assert not [warning for warning in in_reduce if warning.startswith("collapse")]


def test_warns_of_no_fall_that_the_table_does_not_have():
    """On small real trainings cells of skip connections or pools alone are as good as others: not a word."""
    benchmark = nb301.load("fashion-mnist-tiny-gin-v1.0")
    for op in PARAMETER_FREE:
        familiarity = benchmark.familiarity(all_of(op))
        assert not [warning for warning in familiarity.warnings if "collapse" in warning]


def test_the_warning_has_the_numbers_of_the_table(full, embedded_table):
    """How many such rows the table has, and by how much they are worse than the others."""
    many = np.array([genotype.normal.count(Op.skip_connect) > 4 for genotype in embedded_table.genotypes])
    accuracy = embedded_table.rows["val_accuracy"].to_numpy()
    points = 100 * (accuracy[~many].mean() - accuracy[many].mean())
    (warning,) = [text for text in full.familiarity(all_of(Op.skip_connect)).warnings if "collapse" in text]
    assert f"{many.sum():,} rows of the table, which are {points:.1f} points worse" in warning


@pytest.fixture(scope="module")
def known(embedded_table):
    """Rows of random search, with as many of five skip connections or more."""
    skips = (embedded_table.codes[:, 0, :, 1] == Op.skip_connect).sum(axis=1)
    rows = embedded_table.rows
    many, few = (rows[chosen & (rows["optimizer"] == "rs")] for chosen in (skips > 4, skips <= 4))

    def make(n_many, fall_in_std):
        chosen = pd.concat([few.iloc[:400], many.iloc[:n_many]], ignore_index=True)
        accuracy = np.random.default_rng(0).normal(0.9, 0.01, len(chosen))
        accuracy[:400] += 0.9 - accuracy[:400].mean()
        if n_many:
            accuracy[400:] += 0.9 - fall_in_std * accuracy[:400].std() - accuracy[400:].mean()
        return EvaluationTable("mine", "1.0", "my trainings", chosen.assign(val_accuracy=accuracy))

    return make


@pytest.mark.parametrize(
    ("n_many", "fall_in_std", "expected"),
    [(25, 1.1, True), (25, 0.9, False), (25, -3, False), (24, 3, False), (0, 0, False)],
)
def test_any_table_tells_by_its_rows(known, n_many, fall_in_std, expected):
    """A collapse is a mean more than a std below the other rows', over rows enough to know it."""
    assert (Op.skip_connect in falls(known(n_many, fall_in_std))) is expected


def test_warns_of_the_unfamiliar(tiny):
    """Beyond the limit the warning says by how much."""
    cell = Cell.from_edges((s, n, Op.avg_pool_3x3) for n in (2, 3, 4, 5) for s in (0, 1))
    familiarity = tiny.familiarity(Genotype(cell, cell))
    assert not familiarity.is_familiar
    assert f"unfamiliar: {familiarity.distance} of 16 edges" in familiarity.warnings[0]
    assert f"at most {familiarity.limit} for 99%" in familiarity.warnings[0]


def test_one_and_many_in_any_notation(full):
    """A list gives what its architectures give one by one; text is read; what is none is refused."""
    genotypes = sample_many(RNG, 3)
    alone = [full.familiarity(str(genotype)) for genotype in genotypes]
    assert full.familiarity(genotypes) == alone
    assert full.familiarity([]) == []
    with pytest.raises(GenotypeError, match="architecture 1"):
        full.familiarity([genotypes[0], "normal:"])


@pytest.fixture
def no_tables(monkeypatch, tmp_path):
    """A user without tables."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path))


@pytest.mark.usefixtures("no_tables")
def test_a_table_that_is_not_here_is_told(tiny_release, embedded_table):
    """A release of another table says how to give it, or that it is another."""
    with pytest.raises(DataMissing, match=r"fitted on table tiny-v1\.0 .*--table FILE\.parquet"):
        nb301.load(tiny_release).familiarity(sample(RNG))
    with pytest.raises(TableError, match=r"table emulated has content .* tiny-xgb-v1\.0 was fitted on"):
        nb301.load(tiny_release, table=embedded_table).familiarity(sample(RNG))


def random_only(manifest, fitted=7958):
    """A release of so many rows of random search, whose table nobody has."""
    split = manifest.split.model_copy(update={"train": fitted - 800, "val": 800})
    table = manifest.table.model_copy(update={"name": "cifar10-random-search"})
    return manifest.model_copy(update={"optimizers": ("rs",), "split": split, "table": table})


@pytest.mark.usefixtures("no_tables")
def test_without_a_table_random_rows_tell_what_they_do_not_reach(tiny):
    """Many equal ops without parameters are warned of by the manifest alone, and what is missing is told."""
    known = surroundings(random_only(tiny.release.manifest))
    for op in Op:
        (familiarity,) = known.familiarity([all_of(op)])
        assert (familiarity.distance, familiarity.limit, familiarity.nearest) == (None, None, None)
        assert familiarity.is_familiar is None
        *unreached, unknown = familiarity.warnings
        assert "nb301 tables import zc_nasbench301.json --percent" in unknown
        assert len(unreached) == (op in PARAMETER_FREE)
        assert not unreached or "none of 7,958 rows: it may overrate" in unreached[0]
    assert known.familiarity([]) == []
    with pytest.raises(DataMissing):
        surroundings(tiny.release.manifest)


def with_skips(count):
    """An architecture with so many skip connections in the normal cell."""
    edges = [(source, node) for node in (2, 3, 4, 5) for source in (0, 1)]
    ops = [Op.skip_connect] * count + [Op.sep_conv_3x3] * (8 - count)
    cell = Cell.from_edges((source, node, op) for (source, node), op in zip(edges, ops, strict=True))
    return Genotype(cell, cell)


@pytest.mark.usefixtures("no_tables")
@pytest.mark.parametrize(
    ("fitted", "rows"),
    [(7958, [None, "about 18", "about 1", "none", "none"]), (21372, [None, None, "about 4", "none", "none"])],
)
def test_the_more_rows_the_more_they_reach(tiny, fitted, rows):
    """Five equal ops are in 25 of 11,000 random rows, which tell; six in less than a tenth as many."""
    known = surroundings(random_only(tiny.release.manifest, fitted))
    for count, expected in zip(range(4, 9), rows, strict=True):
        *unreached, unknown = known.familiarity([with_skips(count)])[0].warnings
        assert unknown.startswith("unknown: ")
        assert len(unreached) == (expected is not None)
        assert not unreached or f"has as many in {expected} of {fitted:,} rows" in unreached[0]


def test_expected_rows_are_those_of_random_search():
    """As many rows as sampling gives."""
    codes = to_codes(sample_many(np.random.default_rng(0), 40_000))
    skips = (codes[:, 0, :, 1] == Op.skip_connect).sum(axis=1)
    for count in range(9):
        expected = expected_rows(40_000, count)
        assert (skips >= count).sum() == pytest.approx(expected, abs=3 * expected**0.5)


def test_a_random_only_release_with_its_table_warns_once(tiny, tiny_table):
    """What the table's rows show to fall is a collapse; what they are too few of is unreached."""
    manifest = tiny.release.manifest.model_copy(update={"optimizers": ("rs",)})
    (familiarity,) = FittedRows(manifest, tiny_table).familiarity([all_of(Op.skip_connect)])
    kinds = [warning.partition(":")[0] for warning in familiarity.warnings]
    assert sum(kind in {"collapse", "unreached"} for kind in kinds) == 1
    (known,) = FittedRows(tiny.release.manifest, tiny_table).familiarity([all_of(Op.skip_connect)])
    assert not [warning for warning in known.warnings if warning.startswith("unreached")]


def test_queries_need_no_table(tiny_release, monkeypatch):
    """A query reads no table: only `familiarity` does."""
    monkeypatch.setattr(tables, "load", lambda name: pytest.fail(f"read {name}"))
    assert json.dumps(nb301.load(tiny_release).query(sample(RNG)).mean)


def test_random_only_releases_warn_without_what_reads_tables():
    """The manifest tells what random search does not reach; how far an architecture is stays unknown."""
    code = (
        "import sys; sys.modules['pandas'] = None\n"
        "import nb301\n"
        "cell = nb301.Cell.from_edges((a, n, 'skip_connect') for n in (2, 3, 4, 5) for a in (0, 1))\n"
        "told = nb301.load('cifar10-gin-rand-v1.0').familiarity(nb301.Genotype(cell, cell))\n"
        "print(told.distance, *told.warnings, sep='\\n')\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    distance, unreached, unknown = told.splitlines()
    assert distance == "None"
    assert unreached.startswith("unreached: 8 of 8 edges of the normal cell are skip_connect")
    assert unknown.endswith("pandas is not installed: pip install 'nb301[tables]'")


def test_nothing_is_said_of_imported_releases(full):
    """Which rows they saw is not known."""
    manifest = full.release.manifest.model_copy(update={"imported": object()})
    with pytest.raises(DataMissing, match=r"was imported: which rows it was fitted to is not known"):
        surroundings(manifest)
