"""The command line: what it prints, how it fails."""

from __future__ import annotations

import json
import shutil
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

import nb301
from nb301 import cli, formats
from nb301.cli import genotypes
from nb301.releases import find
from nb301.space import NODES, Cell, Genotype, sample
from nb301.surrogates import runtime, xgb
from nb301.tables.schema import write_table

RNG = np.random.default_rng(0)
GENOTYPES = [sample(RNG) for _ in range(3)]
GENOTYPE = GENOTYPES[0]
SKIPS = Genotype(
    Cell.from_edges((source, node, "skip_connect") for node in NODES for source in (0, 1)), GENOTYPE.reduce
)


def run(*arguments):
    """Run a command that succeeds and return what it printed."""
    result = CliRunner().invoke(cli.app, [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("seed", [None, 1])
def test_query_prints_the_benchmarks_answer(embedded, seed):
    """`query --json` prints what the benchmark answers and the ground truth; the table shows the same."""
    options = [] if seed is None else ["--seed", seed]
    found = json.loads(run("query", GENOTYPE, "--json", *options))
    expected = embedded.query(GENOTYPE, seed=seed)
    assert found["val_accuracy"] == expected.val_accuracy
    assert (found["release"], found["truth"]) == ("emulated-xgb-v1.0", "emulated 1.0")
    shown = run("query", GENOTYPE, *options)
    assert f"{expected.val_accuracy:.2%}" in shown
    assert "emulated 1.0" in shown


def test_query_takes_the_folder_of_a_release(tiny_release):
    """`--release` takes a name or a folder."""
    assert (
        json.loads(run("query", GENOTYPE, "--json", "--release", tiny_release))["release"] == "tiny-xgb-v1.0"
    )


def test_query_prints_members_and_familiarity(tiny_release, tiny_table, tmp_path):
    """`--members` and `--check` add the members' predictions and what is unfamiliar, in JSON and tables."""
    write_table(tiny_table, tmp_path / "tiny.parquet")
    options = "--release", tiny_release, "--members", "--check", "--table", tmp_path / "tiny.parquet"
    benchmark = nb301.load(tiny_release, table=tiny_table)
    found = json.loads(run("query", SKIPS, "--json", *options))
    assert found["members"] == benchmark.members(SKIPS).tolist()
    expected = benchmark.familiarity(SKIPS)
    assert found["familiarity"]["distance"] == expected.distance
    assert found["familiarity"]["nearest"] == str(expected.nearest)
    assert found["familiarity"]["warnings"] == [*expected.warnings]
    shown = run("query", SKIPS, *options)
    assert "member 9" in shown
    assert f"{expected.distance} of 16" in shown
    assert "warning: collapse: 8 of 8 edges of the normal cell are skip_connect" in shown
    assert not {"members", "familiarity"} & {*json.loads(run("query", SKIPS, "--json"))}


@pytest.mark.parametrize("notation", [*genotypes.Notation])
def test_sample_and_convert_write_notations_that_read_back(notation):
    """Every notation that is written can be read again, one genotype a line."""
    lines = run("sample", "-n", 3, "--seed", 0, "--to", notation.value).splitlines()
    assert [formats.read(line) for line in lines] == GENOTYPES
    assert formats.read(run("convert", lines[0], "--to", "text")) == GENOTYPE
    assert formats.read(run("convert", lines[0], "--canonical")) == GENOTYPE.canonical()


def test_tables(tiny_table, tmp_path):
    """`tables list` names the embedded tables; `tables show` prints counts by optimizer, of any file."""
    assert run("tables", "list").split() == ["emulated-v1.0", "fashion-mnist-tiny-v1.0"]
    write_table(tiny_table, tmp_path / "tiny.parquet")
    found = json.loads(run("tables", "show", tmp_path / "tiny.parquet", "--json"))
    assert (found["rows"], found["truth"]) == (300, "emulated 1.0")
    assert [(part["optimizer"], part["rows"]) for part in found["optimizers"]] == [("rs", 200), ("re", 100)]
    shown = " ".join(run("tables", "show", tmp_path / "tiny.parquet").split())
    assert "300 training runs" in shown
    both = run("tables", "show", tmp_path / "tiny.parquet", "fashion-mnist-tiny-v1.0")
    assert "2,040 training runs of the ground truth fashion-mnist-tiny 1.0" in " ".join(both.split())
    assert "  fashion-mnist-tiny: re, rs\n" in both
    described = json.loads(
        run("tables", "show", "fashion-mnist-tiny-v1.0", tmp_path / "tiny.parquet", "--json")
    )
    assert [each["rows"] for each in described] == [2040, 300]


def test_releases(tiny_release):
    """`release list` gives names and hashes, `release show` the manifest."""
    found = json.loads(run("release", "list", "--json"))
    assert [one["name"] for one in found] == nb301.list_releases()
    assert all(len(one["release_hash"]) == 64 for one in found)
    assert "emulated-xgb-v1.0" in run("release", "list")
    assert json.loads(run("release", "show", tiny_release))["members"] == 10


def test_release_diff(tiny_release, tmp_path):
    """`release diff` says which truth each rests on, what differs and by how much, or that nothing does."""
    same = run("release", "diff", tiny_release, tiny_release)
    assert "identical" in same
    other = shutil.copytree(tiny_release, tmp_path / "other") / "manifest.json"
    other.write_text(other.read_text().replace('"version": "1.0"', '"version": "1.1"'))
    found = json.loads(run("release", "diff", tiny_release, tmp_path / "other", "--json"))
    assert found["identical"] is False
    assert found["manifest"] == {"table.version": ["1.0", "1.1"], "version": ["1.0", "1.1"]}
    shown = run("release", "diff", tiny_release, tmp_path / "other")
    assert "B: tiny-xgb-v1.0, which rests on emulated 1.0" in shown
    assert f"{found['agreement']['uniform']['bias']:+.3%}" in shown
    assert found["largest"][0]["genotype"] in shown


def test_tune_and_freeze(tiny_table, tmp_path, monkeypatch):
    """`tune` writes where it says, goes on when run again, and `release freeze` takes what it wrote."""
    monkeypatch.setattr(xgb, "_ROUNDS", 20)
    monkeypatch.setattr(runtime, "_ROUNDS", 20)
    table = tmp_path / "tiny.parquet"
    write_table(tiny_table, table)
    for trials in (1, 3):
        printed = run("tune", "xgb", "--table", table, "--trials", trials, "--out", tmp_path / "study")
        assert f"wrote {tmp_path / 'study' / 'tuning.json'}" in printed
        assert f"of {trials} (" in printed
    tuned = json.loads((tmp_path / "study" / "tuning.json").read_text())["hyperparameters"]
    checkpoints, study = tmp_path / "members", tmp_path / "study" / "tuning.json"
    options = "--hyperparameters", study, "--checkpoints", checkpoints, "--processes", 1
    run("release", "freeze", table, "xgb", "--out", tmp_path, *options)
    assert find(tmp_path / "tiny-xgb-v1.0").manifest.hyperparameters == tuned
    assert len([*checkpoints.iterdir()]) == 10


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["query", "normal:"], ["normal:CELL"]),
        (["query", str(GENOTYPE), "--release", "nonsense"], ["no release 'nonsense'", "emulated-xgb-v1.0"]),
        (["tables", "show", "nonsense"], ["no table 'nonsense'", "emulated-v1.0"]),
        (["tables", "show", "nonsense.parquet"], ["nonsense.parquet", "no such table"]),
        (["release", "freeze", "emulated-v1.0", "svr"], ["no family 'svr'", "xgb"]),
        (
            ["release", "freeze", "emulated-v1.0", "xgb", "--hyperparameters", "nonsense.json"],
            ["nonsense.json: not a result of `nb301 tune`"],
        ),
        (["release", "diff", "emulated-xgb-v1.0", "nonsense"], ["no release 'nonsense'"]),
        (["tune", "svr", "--out", "nonsense"], ["no family 'svr'", "xgb"]),
        (["query", str(GENOTYPE), "--check", "--table", "nonsense.parquet"], ["no such table"]),
    ],
)
def test_errors_are_one_line_and_exit_code_1(monkeypatch, capsys, arguments, words):
    """An error of this package is one line at the end, without a traceback, and the exit code is 1."""
    monkeypatch.setattr(sys, "argv", ["nb301", *arguments])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err
    last = printed.err.splitlines()[-1]  # a progress bar may stand before it
    assert last.startswith("error: ")
    assert all(word in last for word in words)
