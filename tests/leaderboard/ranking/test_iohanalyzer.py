"""The export for IOHanalyzer."""

from __future__ import annotations

import csv

from leaderboard.ranking.iohanalyzer import incumbents_csv


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
        ("rs", "3", "emulated-xgb-v1.0")
    }
