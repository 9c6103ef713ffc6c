"""The export for IOHanalyzer: incumbents of all runs, and their ends."""

from __future__ import annotations

import csv

from leaderboard.ranking.csv_columns import TABLES
from leaderboard.ranking.iohanalyzer import DIMENSION, incumbents_csv
from nb301.space import CELL_NAMES, NODES


def test_export_has_incumbents_and_ends(make_run):
    """A row for each incumbent, and one that carries the last to the end; runs without any have none."""
    text = incumbents_csv([make_run("rs", 3, 5.0, evaluations=7), make_run("re", 0, evaluations=0)])
    rows = [*csv.DictReader(text.splitlines())]

    assert [(row["evaluations"], row["raw_y"], row["seconds"]) for row in rows] == [
        ("1", "6.0000", "10000"),
        ("4", "5.0000", "316228"),
        ("7", "5.0000", "1e+07"),
    ]
    assert {(row["algorithm_name"], row["run_id"], row["function_name"]) for row in rows} == {
        ("rs", "3", "emulated-xgb-v2.0")
    }


def test_the_last_evaluation_is_no_second_row(make_run):
    """Where a run ends with its last incumbent."""
    text = incumbents_csv([make_run(evaluations=4)])

    assert [row["evaluations"] for row in csv.DictReader(text.splitlines())] == ["1", "4"]
    assert text.splitlines()[0].split(",") == [*TABLES["iohanalyzer"].columns]


def test_dimension_counts_the_choices_of_an_architecture():
    """Two ops for each node, and inputs where there is more than one pair."""
    choices = sum(2 + (node > 2) for node in NODES)

    assert len(CELL_NAMES) * choices == DIMENSION
