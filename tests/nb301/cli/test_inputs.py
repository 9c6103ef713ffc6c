"""Genotypes as arguments, in files and from standard input."""

from __future__ import annotations

import csv
import io
import json
import sys

import numpy as np
import pytest

from nb301 import cli, formats
from nb301.space import sample

RNG = np.random.default_rng(0)


GENOTYPES = [sample(RNG) for _ in range(3)]


GENOTYPE = GENOTYPES[0]


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
def test_query_takes_many(run, asked_first, genotypes_file, seed):
    """Several arguments, a file and standard input give what the benchmark answers, in their order."""
    options = [] if seed is None else ["--seed", seed]
    expected = asked_first.query(GENOTYPES, seed=seed)
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
def test_convert_reads_files(run, tmp_path, write):
    """Lists and lines of JSON, and logs, are read one genotype after the other."""
    path = tmp_path / "genotypes"
    path.write_text(write(), "utf-8")
    assert run("convert", "--file", path).splitlines() == [*map(str, GENOTYPES)]
    assert run("convert", "-", entered=write()).splitlines() == [*map(str, GENOTYPES)]


def test_files_of_one_genotype(run, tmp_path, asked_first, official_result):
    """A file that is one genotype, such as an official result file or NASLib's lists, is one question."""
    path = tmp_path / "result.json"
    for written in (official_result, formats.to_naslib(GENOTYPE), formats.to_config(GENOTYPE)):
        path.write_text(json.dumps(written, indent=2), "utf-8")
        expected = asked_first.query(written)
        assert json.loads(run("query", "--file", path, "--json"))["mean"] == expected.mean


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DARTS_V1\n\n# x\nDARTS_V3\n", ["genotypes.txt, line 4: cannot read 'DARTS_V3'"]),
        ('["DARTS_V1", {"epoch": 1}]', ["genotypes.txt, entry 2: epoch is 1, expected 98 or 99 or 100"]),
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
