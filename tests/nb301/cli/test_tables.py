"""`nb301 tables`."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from nb301 import formats, tables
from nb301.releases import find, fitted_table
from nb301.space import sample_many
from nb301.tables import suite_zero as suite_zero_file
from nb301.tables import suite_zero_parts
from nb301.tables.rows import table_of
from nb301.tables.schema import EvaluationTable, write_table
from nb301.tables.suite_zero_parts import FittedPlaces


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    """A user without tables."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_tables(run, tiny_table, tmp_path):
    """`tables list` names the embedded tables; `tables show` prints counts by optimizer, of any file."""
    assert run("tables", "list").split() == ["emulated-v2.0", "fashion-mnist-tiny-v1.0"]
    write_table(tiny_table, tmp_path / "tiny.parquet")
    found = json.loads(run("tables", "show", tmp_path / "tiny.parquet", "--json"))
    assert (found["rows"], found["truth"]) == (300, "emulated 2.0")
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


GENOTYPES = sample_many(np.random.default_rng(0), 30)


@pytest.fixture
def suite_zero(tmp_path):
    """A file of NAS-Bench-Suite-Zero's form."""
    entries = {}
    for number, genotype in enumerate(GENOTYPES):
        entries[str(formats.to_naslib(genotype))] = {
            "nwot": {"score": 1.0},
            "val_accuracy": 92 + number / 100,
        }
    path = tmp_path / "zc_nasbench301.json"
    path.write_text(json.dumps({"cifar10": entries}))
    return path


@pytest.fixture
def csv(tmp_path):
    """A file of somebody's own, with a column that no table knows."""
    path = tmp_path / "my rows.csv"
    columns = {"id": range(30), "genotype": [*map(str, GENOTYPES)], "val_accuracy": 0.93}
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def test_the_public_file_is_a_table_of_the_user(ended, suite_zero, home):
    """One command makes it a table that is found by name, and says where it is and what it passed over."""
    code, out, err = ended("tables", "import", suite_zero, "--percent")
    path = home / "tables" / "cifar10-random-search-v1.0.parquet"
    assert (code, err) == (0, "columns passed over: nwot\n")
    table = tables.load("cifar10-random-search-v1.0")
    assert out.splitlines() == [
        f"wrote 30 rows to {path}, content {table.content_hash}",
        "next: nb301 tables show cifar10-random-search-v1.0",
    ]
    assert (table.truth, len(table)) == ("CIFAR-10 training, last epoch", 30)
    assert (table.rows["val_accuracy"] == [round(0.92 + n / 10_000, 4) for n in range(30)]).all()
    code, out, err = ended("tables", "list")
    assert out.split() == ["emulated-v2.0", "fashion-mnist-tiny-v1.0", "cifar10-random-search-v1.0"]
    assert err == f"yours, in {home / 'tables'}:\n"


FITTED = [*range(2, 20), 0, 25]


@pytest.fixture
def public(monkeypatch, suite_zero):
    """A file that is taken for the whole public one: releases were fitted to 20 of its 30 entries."""
    runs = []
    for run in (FITTED[:18], FITTED[18:]):
        runs.append(np.packbits(np.isin(np.arange(30), run)).tobytes().hex())
    monkeypatch.setattr(suite_zero_parts, "fitted_places", lambda: FittedPlaces(30, runs))
    return suite_zero


@pytest.fixture
def fitted_on(monkeypatch):
    """Two embedded releases of a table of the public file's name, whose content can be said."""

    def say(content_hash):
        def embedded_on(name, version):
            if (name, version) != ("cifar10-random-search", "1.0"):
                return []
            known = find("cifar10-xgb-rand-v1.0").manifest
            table = known.table.model_copy(update={"content_hash": content_hash, "rows": len(FITTED)})
            return [known.model_copy(update={"name": name, "table": table}) for name in ("a-v1.0", "b-v1.0")]

        monkeypatch.setattr(fitted_table, "embedded_on", embedded_on)

    return say


def whole_table(path):
    read = suite_zero_file.read_suite_zero(path)
    told = {"constants": suite_zero_file.CONSTANTS, "percent": True}
    return table_of(read.rows, suite_zero_file.NAME, suite_zero_file.TRUTH, **told)


def test_the_whole_public_file_is_two_tables(ended, wrong, public, fitted_on, home):
    """The rows that releases were fitted to, in their order, and those that none has seen; a line on each."""
    whole = whole_table(public)
    rows = whole.rows.iloc[FITTED]
    content = EvaluationTable(whole.name, "1.0", whole.truth, rows).content_hash
    fitted_on(content)
    code, out, err = ended("tables", "import", public, "--percent")
    assert (code, err) == (0, "columns passed over: nwot\n")
    fitted = tables.load("cifar10-random-search-v1.0")
    unseen = tables.load("cifar10-random-search-unseen-v1.0")
    assert fitted.content_hash == content
    assert unseen.rows["val_accuracy"].tolist() == [
        accuracy for place, accuracy in enumerate(whole.rows["val_accuracy"]) if place not in FITTED
    ]
    one, other, following = out.splitlines()
    assert one == (
        f"wrote 20 rows to {home}/tables/cifar10-random-search-v1.0.parquet, content {content}: what a-v1.0 "
        "and b-v1.0 were fitted to, for familiarity, claims, and fitting them again"
    )
    assert other == (
        f"wrote 10 rows to {home}/tables/cifar10-random-search-unseen-v1.0.parquet, content "
        f"{unseen.content_hash}: seen by no release, for nb301 release test"
    )
    assert following == "next: nb301 tables show cifar10-random-search-v1.0 cifar10-random-search-unseen-v1.0"
    # neither is overwritten, nor one of them written where the other is there
    (home / "tables" / "cifar10-random-search-v1.0.parquet").unlink()
    assert "unseen-v1.0.parquet exists" in wrong("tables", "import", public, "--percent")
    assert tables.user_names() == ["cifar10-random-search-unseen-v1.0"]
    assert ended("tables", "import", public, "--percent", "--replace")[0] == 0
    assert tables.load("cifar10-random-search-v1.0").content_hash == content


@pytest.mark.parametrize(
    "options",
    [
        ("--out", "all.parquet"),
        ("--name", "mine"),
        ("--version", "1.1"),
        ("--name", "mine", "--version", "2.0"),
    ],
)
def test_the_whole_public_file_is_one_table_where_a_name_is_given(ended, public, fitted_on, options):
    """It is the user's own then, of another content."""
    whole = whole_table(public)
    fitted_on(EvaluationTable(whole.name, "1.0", whole.truth, whole.rows.iloc[FITTED]).content_hash)
    code, out, err = ended("tables", "import", public, "--percent", *options)
    assert (code, err) == (0, "columns passed over: nwot\n")
    assert out.startswith("wrote 30 rows to ")
    assert ", content " in out.splitlines()[0]
    assert " fitted " not in out


def test_another_file_as_long_as_the_public_one_is_one_table(ended, public, fitted_on):
    """What follows from that is told in one line."""
    fitted_on("0" * 64)
    code, out, err = ended("tables", "import", public, "--percent")
    assert code == 0
    assert out.startswith("wrote 30 rows to ")
    assert tables.user_names() == ["cifar10-random-search-v1.0"]
    _, told = err.splitlines()
    assert told.startswith(
        "another file than a-v1.0 was fitted to: 30 rows, as the public one has, but the 20"
    )
    assert f"expected {'0' * 64}). All go into one table" in told


def test_tables_of_the_user_are_not_overwritten(ended, wrong, suite_zero, home):
    """A table that is there stays, unless another is asked for in its place; nothing is left half-written."""
    import_it = "tables", "import", suite_zero, "--percent"
    assert ended(*import_it)[0] == 0
    assert "cifar10-random-search-v1.0.parquet exists" in wrong(*import_it)
    assert ended(*import_it, "--replace")[0] == 0
    assert (
        ended(*import_it, "--version", "1.1", "--truth", "mine", "--optimizer", "re", "--epochs", 50)[0] == 0
    )
    table = tables.load("cifar10-random-search-v1.1")
    assert (table.truth, {*table.rows["optimizer"]}, {*table.rows["epochs"]}) == ("mine", {"re"}, {50})
    embedded = wrong(*import_it, "--name", "emulated", "--version", "2.0")
    assert "emulated-v2.0 is the name of an embedded table" in embedded
    assert "name '../x': expected letters" in wrong(*import_it, "--name", "../x")
    assert "is no fraction: where accuracies are percent, say --percent" in wrong(
        *import_it[:-1], "--name", "y"
    )
    assert [*map(str, sorted(path.name for path in (home / "tables").iterdir()))] == [
        "cifar10-random-search-v1.0.parquet",
        "cifar10-random-search-v1.1.parquet",
    ]


def test_files_of_ones_own(ended, wrong, csv, home, tmp_path):
    """A table is called after its file; columns beyond a table's are named, those that lack are told."""
    told = "tables", "import", csv, "--truth", "cifar10 1.0"
    missing = wrong(*told)
    assert missing == "error: column optimizer is missing: tell it for all rows (--optimizer), or add it"
    code, out, err = ended(*told, "--optimizer", "a search of mine", "--epochs", 100)
    assert (code, err) == (0, "columns passed over: id\n")
    assert str(home / "tables" / "my-rows-v1.0.parquet") in out
    table = tables.load("my-rows-v1.0")
    assert table.rows["runtime"].isna().all()
    # a table's file needs nothing told: names and truth stand in it
    code, out, _ = ended("tables", "import", home / "tables" / "my-rows-v1.0.parquet", "--name", "other")
    assert code == 0
    other = tables.load("other-v1.0")
    assert (other.truth, len(other)) == (table.truth, 30)
    assert (
        ended("tables", "import", home / "tables" / "my-rows-v1.0.parquet", "--out", tmp_path / "x.parquet")[
            0
        ]
        == 0
    )
    assert tables.load(str(tmp_path / "x.parquet")).content_hash == table.content_hash


def test_rows_that_repeat_an_architecture_are_told(ended, csv):
    """They are all kept."""
    csv.write_text(csv.read_text() + csv.read_text().splitlines()[-1] + "\n")
    _, out, _ = ended("tables", "import", csv, "--truth", "mine", "--optimizer", "rs", "--epochs", 1)
    assert "wrote 31 rows" in out
    assert "1 rows repeat an architecture: all are kept" in out
