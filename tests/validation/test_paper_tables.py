"""The paper's tables, measured: results are kept, and every number says what it rests on."""

from __future__ import annotations

import tomllib

import pytest

from nb301.surrogates import FITTED_FAMILIES
from nb301.tables import load
from nb301.tables.schema import write_table
from nb301.tables.splits import stratified_split
from validation import paper_tables
from validation.fits import NamedRows
from validation.paper_tables import Experiment, FitResult, ceiling, measure, measure_all, sections
from validation.places import PAPER_TABLES


@pytest.fixture
def tiny_file(tiny_table, tmp_path):
    """The tiny table as a file."""
    path = tmp_path / "tiny.parquet"
    write_table(tiny_table, path)
    return str(path)


def results(table):
    """A made-up result of every experiment; the better the family's name sorts."""
    return [
        FitResult(experiment.family, experiment.split, 0.5, 0.25, (len(table), 10), 1.0, 100.0, 1000)
        for experiment in paper_tables.EXPERIMENTS
    ]


def test_measures_a_single_model(tiny_file, tiny_table):
    """A result is that of a model fitted on the training part, with its cost, equal in every run."""
    result = measure(Experiment("xgb"), tiny_file, seed=0)
    split = stratified_split(tiny_table, 0)

    assert result.rows == (len(split.train), len(split.test))
    assert -1 < result.r2 < 1
    assert result.fit_seconds > 0
    assert result.peak_memory > 10
    again = measure(Experiment("xgb"), tiny_file, seed=0)
    assert (again.r2, again.sparse_kendall_tau) == (result.r2, result.sparse_kendall_tau)


def test_goes_on_from_its_folder(tiny_file, tmp_path, monkeypatch):
    """What has a result is not fitted again; another table or other hyperparameters are."""
    monkeypatch.setattr(
        paper_tables, "EXPERIMENTS", (Experiment("xgb"), Experiment("lgb", NamedRows.random_only))
    )
    new = []
    first = measure_all(tiny_file, tmp_path / "results", report=new.append)

    assert sorted(result.family for result in new) == ["lgb", "xgb"]
    assert [(result.family, result.split) for result in first] == [
        ("xgb", "stratified"),
        ("lgb", "random_only"),
    ]
    again = measure_all(tiny_file, tmp_path / "results", report=new.append)
    assert [str(result.r2) for result in again] == [str(result.r2) for result in first]
    assert len(new) == 2


def test_ceiling(tiny_table):
    """The noise-free truth scores below 1, and is unknown for a truth that is not emulated."""
    split = stratified_split(tiny_table, 0)
    r2, tau = ceiling(tiny_table, split)

    assert 0.5 < r2 < 1
    assert 0.5 < tau < 1
    other = type(tiny_table)("tiny", "1.0", "CIFAR-10 training", tiny_table.rows)
    assert ceiling(other, split) is None


def test_every_number_stands_beside_the_papers():
    """All families are in Table 3 with the paper's value, and the ceiling is below them."""
    table = load("emulated-v2.0")
    printed = sections(table, results(table))
    paper = tomllib.loads(PAPER_TABLES.read_text(encoding="utf-8"))["table3_test"]

    first = printed[0]
    assert {row[0] for row in first.rows} >= set(FITTED_FAMILIES)
    assert sorted(float(row[2]) for row in first.rows if row[2]) == sorted(
        model["r2"] for model in paper.values()
    )
    assert first.rows[-1][0] == "noise ceiling"
    for section in printed:
        assert all(len(row) == len(section.columns) for row in section.rows)
    tabular, *models = printed[1].rows
    assert all(float(row[1]) < float(tabular[1]) for row in models)  # the paper's main claim
