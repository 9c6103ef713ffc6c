"""`nb301 query`, `sample` and `convert`: what the benchmark answers is what they print."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

import nb301
from nb301 import formats, tables
from nb301.cli import genotypes
from nb301.space import NODES, Cell, Genotype, sample
from nb301.tables.schema import write_table

RNG = np.random.default_rng(0)


GENOTYPES = [sample(RNG) for _ in range(3)]


GENOTYPE = GENOTYPES[0]


_POOLS = Cell.from_edges((source, node, "avg_pool_3x3") for node in NODES for source in (0, 1))


#: Far from all rows of a small table.
POOLS = Genotype(_POOLS, _POOLS)


@pytest.mark.parametrize("seed", [None, 1])
def test_query_prints_the_benchmarks_answer(run, asked_first, seed):
    """`query --json` prints what the first release answers and the ground truth; the table shows the same."""
    options = [] if seed is None else ["--seed", seed]
    found = json.loads(run("query", GENOTYPE, "--json", *options))
    expected = asked_first.query(GENOTYPE, seed=seed)
    assert found["val_accuracy"] == expected.val_accuracy
    assert (found["release"], found["truth"]) == ("cifar10-gin-rand-v1.0", "CIFAR-10 training, last epoch")
    shown = run("query", GENOTYPE, *options)
    assert f"{expected.val_accuracy:.2%}" in shown
    assert "CIFAR-10 training, last epoch" in " ".join(shown.split())


def test_query_shows_the_noise_of_trainings(run, tiny_release):
    """Beside the members' std, as JSON, CSV and in the table of one; a terminal is too narrow for more."""
    options = "--release", tiny_release
    expected = nb301.load(tiny_release).query(GENOTYPE)
    assert json.loads(run("query", GENOTYPE, "--json", *options))["noise_std"] == expected.noise_std
    header, row = csv.reader(run("query", GENOTYPE, "--csv", *options).splitlines())
    assert header[1:5] == ["mean", "std", "noise_std", "val_accuracy"]
    assert float(row[3]) == expected.noise_std
    shown = run("query", GENOTYPE, *options)
    assert shown.index(" std ") < shown.index("noise_std") < shown.index("val_accuracy")
    assert f" {expected.noise_std:.2%}   between trainings of the architecture" in shown
    without = run("query", GENOTYPE, "--release", "fashion-mnist-tiny-xgb-v1.0")
    assert "of draws, that of the members in this release" in without


def test_query_after_some_epochs(run, wrong, tiny_release):
    """What the benchmark answers, in every form; a release without curves says so in a line."""
    expected = nb301.load(tiny_release).query(GENOTYPE, seed=1, epochs=30)
    asked = ("query", GENOTYPE, "--release", tiny_release, "--seed", 1, "--epochs", 30)
    answer = json.loads(run(*asked, "--json"))
    assert (answer["val_accuracy"], answer["runtime"], answer["epochs"]) == (
        expected.val_accuracy,
        expected.runtime,
        30,
    )
    assert f"{expected.runtime:,.0f} s" in run(*asked)
    assert "of 30 epochs" in run(*asked)
    assert "cifar10-gin-rand-v1.0 has no learning curves" in wrong("query", GENOTYPE, "--epochs", 30)


def test_query_takes_the_folder_of_a_release(run, tiny_release):
    """`--release` takes a name or a folder."""
    assert (
        json.loads(run("query", GENOTYPE, "--json", "--release", tiny_release))["release"] == "tiny-xgb-v1.0"
    )


def test_query_prints_members_and_familiarity(run, tiny_release, tiny_table, tmp_path):
    """`--members` and `--check` add the members' predictions and what is unfamiliar, in JSON and tables."""
    write_table(tiny_table, tmp_path / "tiny.parquet")
    options = "--release", tiny_release, "--members", "--check", "--table", tmp_path / "tiny.parquet"
    benchmark = nb301.load(tiny_release, table=tiny_table)
    found = json.loads(run("query", POOLS, "--json", *options))
    assert found["members"] == benchmark.members(POOLS).tolist()
    expected = benchmark.familiarity(POOLS)
    assert found["familiarity"]["distance"] == expected.distance
    assert found["familiarity"]["nearest"] == str(expected.nearest)
    assert found["familiarity"]["warnings"] == [*expected.warnings]
    shown = run("query", POOLS, *options)
    assert "member 9" in shown
    assert f"{expected.distance} of 16" in shown
    assert f"warning: unfamiliar: {expected.distance} of 16 edges differ" in shown
    assert not {"members", "familiarity"} & {*json.loads(run("query", POOLS, "--json"))}


def test_check_of_a_random_only_release_needs_no_table(run, monkeypatch, tmp_path):
    """It warns of what random search does not reach, and says what is unknown and what brings it."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path))
    monkeypatch.setattr(tables, "names", list)
    options = "--release", "emulated-xgb-rand-v2.0", "--check"
    known = json.loads(run("query", POOLS, "--json", *options))["familiarity"]
    assert [known[name] for name in ("is_familiar", "distance", "limit", "nearest")] == [None] * 4
    assert [warning.partition(":")[0] for warning in known["warnings"]] == ["unreached", "unknown"]
    shown = run("query", POOLS, *options)
    assert "unknown" in shown
    assert "warning: unreached: 8 of 8 edges of the normal cell are" in shown
    assert run("query", POOLS, "--csv", *options).splitlines()[1].count(",,,") == 1


@pytest.mark.parametrize("notation", [*genotypes.NotationName])
def test_sample_and_convert_write_notations_that_read_back(run, notation):
    """Every notation that is written can be read again, one genotype a line."""
    lines = run("sample", "-n", 3, "--seed", 0, "--to", notation.value).splitlines()
    assert [formats.read(line) for line in lines] == GENOTYPES
    assert formats.read(run("convert", lines[0], "--to", "text")) == GENOTYPE
    assert formats.read(run("convert", lines[0], "--canonical")) == GENOTYPE.canonical()


def test_query_names_the_network(run):
    """What parameters are counted of is said: it is the network that the ground truth trains."""
    shown = run("query", "DARTS_V2", "--release", "fashion-mnist-tiny-gin-v1.0")
    assert "exact, 8 channels, 3 cells " in shown
    assert "auxiliary" not in shown
    assert "one image of 8x8 pixels" in shown
    shown = " ".join(run("query", "DARTS_V2").split())
    assert "exact, 32 channels, 8 cells, with the auxiliary head" in shown
