"""`nb301 tables`."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from nb301 import formats, tables
from nb301.space import sample_many
from nb301.tables.schema import write_table


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    """A user without tables."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_tables(run, tiny_table, tmp_path):
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
    assert out.split() == ["emulated-v1.0", "fashion-mnist-tiny-v1.0", "cifar10-random-search-v1.0"]
    assert err == f"yours, in {home / 'tables'}:\n"


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
    assert "emulated-v1.0 is the name of an embedded table" in wrong(*import_it, "--name", "emulated")
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
