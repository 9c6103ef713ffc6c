"""CSV tables: columns as they are described, numbers as computed, and nothing where none is known."""

from __future__ import annotations

import csv

import pytest

from leaderboard.ranking.csv_columns import TABLES
from leaderboard.ranking.csv_tables import tables, tables_of
from leaderboard.ranking.examination import Judgement


def rows_of(text):
    return [*csv.DictReader(text.splitlines())]


@pytest.fixture
def ranking(ranked, entry_runs, other_release):
    """Two entries on two releases; one of them shares its family with the first."""
    runs = entry_runs("rs", 6) + entry_runs("rs", 5.4, **other_release)
    runs += entry_runs("gbdt", 4, conflicts=("xgboost",)) + entry_runs("gbdt", 6.4, **other_release)
    return ranked(runs)


@pytest.fixture
def written(ranking, references):
    judgement = Judgement("rs", "other", "ground truth", 5.5, 0.25, (0.125, float("inf")), 6)
    return tables_of(ranking, [judgement], references)


def test_rows_are_as_long_as_their_columns(written):
    """In every table, and none is without a row."""
    assert {*written} == {*TABLES} - {"iohanalyzer"}
    for name, text in written.items():
        header, *rows = csv.reader(text.splitlines())
        assert header == [*TABLES[name].columns]
        if name == "no_search":  # releases are made up
            assert not rows
            continue
        assert rows
        assert {len(row) for row in rows} == {len(header)}, name


def test_numbers_are_those_of_the_ranking(ranking, written):
    """Four digits; an entry that does not count on a board has neither ranks nor scores there."""
    boards, standings = rows_of(written["ranking"]), rows_of(written["standings"])
    (conflicted,) = (row for row in boards if row["conflicts"])

    assert [row["entry"] for row in standings] == ["rs", "gbdt"]
    assert [row["entry"] for row in boards] == ["rs", "gbdt", "rs", "gbdt"]
    assert standings[0]["score"] == f"{ranking.whole.standings[0].row.score.value:.4f}"
    assert standings[0]["worst_score"] == f"{ranking.whole.standings[0].worst:.4f}"
    assert (conflicted["first_rank"], conflicted["score"], conflicted["score_low"]) == ("", "", "")
    assert conflicted["error_percent"] == "4.0500"


def test_pairs_and_groups_name_their_entries(ranking, written):
    """As the ranking has them."""
    (pair,), groups = rows_of(written["pairs"]), rows_of(written["tie_groups"])

    assert (pair["one"], pair["other"], pair["wins"]) == ("rs", "gbdt", "1.000")
    assert pair["error_difference_points"] == f"{ranking.whole.pairs[0].error_difference.value:.4f}"
    assert [(row["group"], row["entry"]) for row in groups] == [("1", "rs"), ("2", "gbdt")]


def test_infinite_ends_are_empty(written):
    """Nothing is known there, and no spreadsheet reads `inf`."""
    (row,) = rows_of(written["examination"])

    assert (row["error_percent"], row["worse_low"], row["worse_high"]) == ("5.5000", "0.1250", "")


def test_pairs_without_a_release_in_common_are_empty(ranked, entry_runs, other_release, references):
    """Neither differences nor wins are known, and no cell says `nan`."""
    ranking = ranked(entry_runs("rs", 6) + entry_runs("re", 5.4, **other_release))
    (pair,) = rows_of(tables_of(ranking, [], references)["pairs"])

    assert {pair["score_difference"], pair["error_low"], pair["wins"], pair["seeds_needed"]} == {""}


def test_targets_that_nobody_reached_have_no_time(written):
    """The number of runs that got there stands beside it."""
    rows = [row for row in rows_of(written["running_times"]) if row["entry"] == "rs"]

    assert {row["runs_that_reached"] for row in rows} > {"0", "10"}
    assert all((row["expected_seconds"] == "") == (row["runs_that_reached"] == "0") for row in rows)
    shares = [float(row["share_of_targets"]) for row in rows_of(written["reached"]) if row["entry"] == "rs"]
    assert 0 < max(shares) < 1


def test_paths_tell_the_track(ranking, references):
    """The slug of the track, and the name of the table; those of plots are the site's alone."""
    assert {*tables([ranking], references)} == {
        f"1e7-seconds-1-worker/{name}" for name in TABLES if name not in {"iohanalyzer", "overall", "curves"}
    }
