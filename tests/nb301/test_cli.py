"""The command line: what it prints, how it fails."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

import nb301
from nb301 import cli, formats
from nb301.cli import genotypes
from nb301.cli.output import print_csv
from nb301.releases import find
from nb301.space import NODES, Cell, Genotype, sample
from nb301.surrogates import runtime
from nb301.surrogates.families import xgb
from nb301.tables.schema import write_table

RNG = np.random.default_rng(0)
GENOTYPES = [sample(RNG) for _ in range(3)]
GENOTYPE = GENOTYPES[0]
_POOLS = Cell.from_edges((source, node, "avg_pool_3x3") for node in NODES for source in (0, 1))
#: Far from all rows of a small table.
POOLS = Genotype(_POOLS, _POOLS)


def run(*arguments, entered=""):
    """Run a command that succeeds and return what it printed; `entered` is its standard input."""
    result = CliRunner().invoke(cli.app, [*map(str, arguments)], input=entered, catch_exceptions=False)
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


@pytest.mark.parametrize("notation", [*genotypes.NotationName])
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


@pytest.fixture
def genotypes_file(tmp_path):
    """Three genotypes in other notations, one over several lines, between comments."""
    darts = repr(formats.to_darts(GENOTYPES[1])).replace("reduce=", "\n    reduce=")
    path = tmp_path / "genotypes.txt"
    path.write_text(
        f"\ufeff# mine\n\n{GENOTYPES[0]}\nX = {darts}\n  # more\nlog: {GENOTYPES[2]!r}\n", "utf-8"
    )
    return path


@pytest.mark.parametrize("seed", [None, 2**64 - 1])
def test_query_takes_many(embedded, genotypes_file, seed):
    """Several arguments, a file and standard input give what the benchmark answers, in their order."""
    options = [] if seed is None else ["--seed", seed]
    expected = embedded.query(GENOTYPES, seed=seed)
    text = genotypes_file.read_text("utf-8")
    for source, entered in ((GENOTYPES, ""), (["--file", genotypes_file], ""), (["-"], text)):
        printed = run("query", *source, "--json", *options, entered=entered)
        found = json.loads(printed)
        assert [each["genotype"] for each in found] == [*map(str, GENOTYPES)]
        assert [each["val_accuracy"] for each in found] == expected.val_accuracy.tolist()
        rows = [*csv.DictReader(io.StringIO(run("query", *source, "--csv", *options, entered=entered)))]
        assert [row["genotype"] for row in rows] == [*map(str, GENOTYPES)]
        assert [float(row["val_accuracy"]) for row in rows] == expected.val_accuracy.tolist()
        assert {row["release_hash"] for row in rows} == {expected.release_hash}
        shown = run("query", *source, *options, entered=entered)
        assert all(f"{accuracy:.2%}" in shown for accuracy in expected.val_accuracy)


@pytest.mark.parametrize(
    "write",
    [
        lambda: json.dumps(
            [str(GENOTYPES[0]), formats.to_yahpo(GENOTYPES[1]), formats.to_naslib(GENOTYPES[2])]
        ),
        lambda: "\n".join(json.dumps(formats.to_config(genotype)) for genotype in GENOTYPES),
        lambda: "\n".join(json.dumps(formats.to_naslib(genotype)) for genotype in GENOTYPES),
        lambda: "\n".join(json.dumps(formats.to_yahpo(genotype), indent=1) for genotype in GENOTYPES),
        lambda: "\r\n".join(f"[INFO] genotype = {formats.to_darts(genotype)!r}" for genotype in GENOTYPES),
    ],
)
def test_convert_reads_files(tmp_path, write):
    """Lists and lines of JSON, and logs, are read one genotype after the other."""
    path = tmp_path / "genotypes"
    path.write_text(write(), "utf-8")
    assert run("convert", "--file", path).splitlines() == [*map(str, GENOTYPES)]
    assert run("convert", "-", entered=write()).splitlines() == [*map(str, GENOTYPES)]


def test_files_of_one_genotype(tmp_path, embedded, official_result):
    """A file that is one genotype, such as an official result file or NASLib's lists, is one question."""
    path = tmp_path / "result.json"
    for written in (official_result, formats.to_naslib(GENOTYPE), formats.to_config(GENOTYPE)):
        path.write_text(json.dumps(written, indent=2), "utf-8")
        expected = embedded.query(written)
        assert json.loads(run("query", "--file", path, "--json"))["mean"] == expected.mean


def test_query_names_the_network():
    """What parameters are counted of is said: it is the network that the ground truth trains."""
    shown = run("query", "DARTS_V2", "--release", "fashion-mnist-tiny-gin-v1.0")
    assert "exact, 8 channels, 3 cells " in shown
    assert "auxiliary" not in shown
    assert "one image of 8x8 pixels" in shown
    shown = " ".join(run("query", "DARTS_V2").split())
    assert "exact, 32 channels, 8 cells, with the auxiliary head" in shown


def test_csv_holds_no_formulas(capsys):
    """A text that a spreadsheet would run as a formula comes as text."""
    print_csv([{"name": text, "n": -1.5} for text in ("=1+1", "+1", "-1", "@x", "\tx", "normal:x")])
    rows = [*csv.reader(io.StringIO(capsys.readouterr().out))]
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "normal:x"]
    assert {row[1] for row in rows[1:]} == {"-1.5"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DARTS_V1\n\n# x\nDARTS_V3\n", ["genotypes.txt, line 4: cannot read 'DARTS_V3'"]),
        ('["DARTS_V1", {"epoch": 1}]', ["genotypes.txt, entry 2: epoch is 1, expected 100"]),
        ("# nothing\n", ["genotypes.txt: there is no genotype in it"]),
        ("DARTS_V1\nGenotype(normal=[\n('sep_conv_3x3', 0),\n", ["genotypes.txt, line 2: cannot read"]),
        ("[" * 100_000, ["genotypes.txt, line 1: a text of 100,000 characters"]),
    ],
)
def test_files_name_the_line_that_is_wrong(tmp_path, capsys, monkeypatch, text, words):
    """Before anything is printed, the first entry that is no genotype is named."""
    path = tmp_path / "genotypes.txt"
    path.write_text(text, "utf-8")
    for command in ("query", "convert"):
        monkeypatch.setattr(sys, "argv", ["nb301", command, "--file", str(path)])
        with pytest.raises(SystemExit, match="1"):
            cli.main()
        printed = capsys.readouterr()
        assert printed.out == ""
        assert len(printed.err.splitlines()) == 1
        assert all(word in printed.err for word in words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["query"], ["give genotypes, --file FILE, or -"]),
        (["convert"], ["give genotypes, --file FILE, or -"]),
        (["query", "DARTS_V1", "--json", "--csv"], ["--json or --csv, not both"]),
        (["query", "DARTS_V1", "--seed", str(2**64)], ["--seed", "18446744073709551615"]),
        (["query", "DARTS_V1", "--file", "/dev/zero"], ["/dev/zero: no file of genotypes"]),
        (["query", "DARTS_V1", "--file", "."], [".: no file of genotypes"]),
        (["query", "--file", "nonsense"], ["nonsense: No such file"]),
        (["query", "DARTS_V1", "DARTS"], ["argument 2: cannot read 'DARTS'", "DARTS_V2"]),
        (["query", "(" + "-" * 6000 + "1)"], ["cannot read"]),
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
