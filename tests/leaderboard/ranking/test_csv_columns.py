"""Descriptions of CSV columns: what a reader of the tables is told."""

from __future__ import annotations

import re

from leaderboard.ranking.csv_columns import TABLES


def test_every_table_and_column_says_what_it_is():
    """In a sentence, under a name that any program can take."""
    for name, table in TABLES.items():
        assert re.fullmatch("[a-z_]+", name)
        assert table.title
        assert table.about.endswith(".")
        for column, meaning in table.columns.items():
            assert re.fullmatch("[a-z][a-z0-9_]*", column), f"{name}.{column}"
            assert meaning.endswith("."), f"{name}.{column}"
