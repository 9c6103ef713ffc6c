"""Training runs that people have become tables: CSV, Parquet, DataFrames."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from nb301 import formats, tables
from nb301.errors import ReleaseError, TableError
from nb301.releases.freeze import freeze
from nb301.space import Genotype, sample
from nb301.tables.rows import read_rows, table_of
from nb301.tables.statistics import beside_the_paper, by_optimizer

RNG = np.random.default_rng(0)
GENOTYPES = [sample(RNG) for _ in range(200)]
TOLD = {"optimizer": "my own search", "epochs": 100}


@pytest.fixture
def rows():
    """What somebody may have: a notation of their own choice, and accuracies."""
    accuracies = [0.9 + 0.001 * sum(op > 2 for op in g.normal.code[1::2]) for g in GENOTYPES]
    return pd.DataFrame(
        {"genotype": [repr(formats.to_darts(g)) for g in GENOTYPES], "val_accuracy": accuracies}
    )


def test_what_is_missing_is_missing(rows):
    """Rows with genotype and validation accuracy alone are a table; nothing is invented."""
    table = table_of(rows, "mine", "cifar10 1.0", constants=TOLD)
    assert [Genotype.parse(text) for text in table.rows["genotype"]] == [g.canonical() for g in GENOTYPES]
    assert table.rows[["test_accuracy", "train_accuracy", "runtime"]].isna().all(axis=None)
    assert set(table.rows["optimizer"]) == {"my own search"}
    assert np.isnan(by_optimizer(table)[0]["mean_runtime"])
    assert [comparison.statistic for comparison in beside_the_paper(table)] == ["optimizers by median error"]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_files_give_the_same_table(rows, tmp_path, suffix):
    """CSV, with or without a byte order mark, and Parquet are read alike, and come back from our own file."""
    path = tmp_path / f"rows{suffix}"
    if suffix == ".csv":
        rows.to_csv(path, index=False, encoding="utf-8-sig")
    else:
        rows.to_parquet(path)
    expected = table_of(rows, "mine", "cifar10 1.0", constants=TOLD)
    table = table_of(read_rows(path).rows, "mine", "cifar10 1.0", constants=TOLD)
    assert table.content_hash == expected.content_hash
    tables.schema.write_table(table, tmp_path / "own.parquet")
    assert tables.load(str(tmp_path / "own.parquet")).content_hash == expected.content_hash


def test_percent_is_told_and_never_guessed(rows):
    """Percent is refused where nobody said so, and converted where somebody did."""
    percent = rows.assign(val_accuracy=rows["val_accuracy"] * 100)
    with pytest.raises(TableError, match=r"column val_accuracy, row 0: 9\d\.\d+ is no fraction"):
        table_of(percent, "mine", "cifar10 1.0", constants=TOLD)
    table = table_of(percent, "mine", "cifar10 1.0", constants=TOLD, percent=True)
    assert table.rows["val_accuracy"].to_numpy() == pytest.approx(rows["val_accuracy"])


def test_fractions_are_no_percent(rows):
    """A column without anything above 1 is refused as percent; percent becomes the nearest fraction."""
    with pytest.raises(TableError, match="column val_accuracy: none is above 1, so these are fractions"):
        table_of(rows, "mine", "cifar10 1.0", constants=TOLD, percent=True)
    hundredths = np.arange(5001, 10_001)
    for first in range(0, 5000, 200):
        part = hundredths[first : first + 200]
        percent = rows.assign(val_accuracy=[float(f"{n / 100:.2f}") for n in part])
        table = table_of(percent, "mine", "cifar10 1.0", constants=TOLD, percent=True)
        assert table.rows["val_accuracy"].tolist() == [float(f"{n / 10_000:.4f}") for n in part]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_columns_that_no_table_knows_are_passed_over_in_files(rows, tmp_path, suffix):
    """Of files they are named; a DataFrame with one is refused, as it may be a slip."""
    path = tmp_path / f"rows{suffix}"
    more = rows.assign(id=range(200), test_accuracy=None, **{"2": 0.5})
    if suffix == ".csv":
        more.to_csv(path, index=False)
    else:
        more.assign(lists=[[1]] * 200).to_parquet(path)
    read = read_rows(path)
    assert read.passed_over == ["id", "2", *(["lists"] if suffix == ".parquet" else [])]
    table = table_of(read.rows, "mine", "cifar10 1.0", constants=TOLD)
    assert table.content_hash == table_of(rows, "mine", "cifar10 1.0", constants=TOLD).content_hash
    with pytest.raises(TableError, match="column id is not one of"):
        table_of(more, "mine", "cifar10 1.0", constants=TOLD)


ODD = {
    "times": pd.Timestamp("2020-01-01"),
    "text": "93 %",
    "booleans": True,
    "lists": [0.9],
    "category": pd.Categorical(["high"] * 200),
    "nullable": pd.array([None] * 200, dtype="Float64"),
    "complex": 1j,
}


@pytest.mark.parametrize("kind", ODD)
def test_accuracies_of_other_types_are_refused(rows, kind):
    """Anything but numbers is an error of one line."""
    value = ODD[kind]
    values = value if hasattr(value, "dtype") else pd.Series([value] * 200)
    with pytest.raises(TableError, match="column val_accuracy") as caught:
        table_of(rows.assign(val_accuracy=values), "mine", "cifar10 1.0", constants=TOLD)
    assert str(caught.value).isprintable()


def test_the_real_rows(shared_data):
    """8,843 trainings on CIFAR-10 are a table; the `id` that they have is passed over (F42)."""
    read = read_rows(shared_data / "cifar10_random_search.parquet")
    assert read.passed_over == ["id"]
    constants = {"optimizer": "rs", "epochs": 100}
    table = table_of(read.rows, "cifar10-random-search", "CIFAR-10 training, last epoch", constants=constants)
    assert len(table) == table.rows["genotype"].nunique() == 8843
    assert table.rows["val_accuracy"].mean() == pytest.approx(0.92955, abs=1e-4)
    percent = [float(f"{100 * accuracy:.2f}") for accuracy in read.rows["val_accuracy"]]
    again = table_of(
        read.rows.assign(val_accuracy=percent),
        "cifar10-random-search",
        "CIFAR-10 training, last epoch",
        constants=constants,
        percent=True,
    )
    assert again.content_hash == table.content_hash


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r.drop(columns="val_accuracy"), "column val_accuracy is missing"),
        (lambda r: r.assign(colour="red"), "column colour is not one of genotype"),
        (lambda r: r.assign(genotype=[*r["genotype"][:-1], "nonsense"]), "column genotype, row 199"),
        (lambda r: r.assign(genotype=np.nan), "column genotype, row 0"),
        (lambda r: r.assign(val_accuracy="high"), "column val_accuracy, row 0"),
        (lambda r: r.assign(val_accuracy=np.nan), "column val_accuracy, row 0: nan"),
        (lambda r: r.assign(runtime=-1.0), "column runtime, row 0"),
        (lambda r: r.assign(test_accuracy=2.0), "column test_accuracy, row 0"),
        (lambda r: r.iloc[:0], "no rows"),
    ],
)
def test_what_is_wrong_is_named(rows, change, message):
    """Errors name the column and the first row."""
    with pytest.raises(TableError, match=message):
        table_of(change(rows), "mine", "cifar10 1.0", constants=TOLD)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"a,b\n1,2,3\n", b"PAR1", b'"'])
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".txt"])
def test_files_that_are_none_are_told(tmp_path, data, suffix):
    """A file that is no such file is an error that names it."""
    path = tmp_path / f"rows{suffix}"
    path.write_bytes(data)
    with pytest.raises(TableError):
        table_of(read_rows(path).rows, "mine", "cifar10 1.0", constants=TOLD)


def test_a_release_needs_runtimes(rows, tmp_path):
    """A table without runtimes is a table, but no release can be frozen of it."""
    table = table_of(rows, "mine", "cifar10 1.0", constants=TOLD)
    with pytest.raises(ReleaseError, match="no runtime for 200 of 200 rows"):
        freeze(table, "lgb", tmp_path)
    with_seconds = table_of(
        rows.assign(runtime=5400.0 + np.arange(200)), "mine", "cifar10 1.0", constants=TOLD
    )
    assert freeze(with_seconds, "lgb", tmp_path).name == "mine-lgb-v1.0"


def test_the_command(rows, tmp_path, monkeypatch, capsys):
    """`tables import` takes a file, and says what it needs to be told."""
    import sys

    from nb301 import cli

    path, out = tmp_path / "rows.csv", tmp_path / "my table.parquet"
    path.write_text(rows.to_csv(index=False))
    for options, code in (([], 1), (["--truth", "cifar10 1.0", "--optimizer", "rs", "--epochs", "100"], 0)):
        monkeypatch.setattr(
            sys, "argv", ["nb301", "tables", "import", str(path), "--out", str(out), *options]
        )
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert (ended.value.code or 0) == code
    assert "--truth" in capsys.readouterr().err
    assert (tables.load(str(out)).name, len(tables.load(str(out)))) == ("my-table", 200)
    assert io.StringIO(path.read_text()).readline() == "genotype,val_accuracy\n"
