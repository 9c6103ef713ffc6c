"""Names of entries: no two look alike, and whoever has a name alone keeps it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.ranking.csv_tables import tables_of
from leaderboard.ranking.naming import names_of, told_apart
from leaderboard.ranking.standings import rank
from leaderboard.runs.key import Track

TRACK = Track(1, 1e7, 30_000)
SLUGS = st.text("abc-", min_size=1, max_size=3)
NAMES = st.sampled_from(["X", "x", "X ", "X\u200b", "Y", "X (a)", "X (b)", "X (a) (a)", "", "\u202eX"])


@given(st.dictionaries(SLUGS, NAMES))
def test_no_two_names_look_alike(names):
    """Whatever they are: entries have the slug behind their name, also where that makes another's name."""
    found = told_apart(names)
    looks = [
        " ".join(name.casefold().replace("\u200b", "").replace("\u202e", "").split())
        for name in found.values()
    ]

    assert found.keys() == names.keys()
    assert len(set(looks)) == len(looks)
    for slug, name in found.items():
        assert name.startswith(names[slug])
        assert name == names[slug] or name.endswith(f" ({slug})")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"a": "X", "b": "Y"}, ["X", "Y"]),
        ({"a": "X", "b": "X"}, ["X (a)", "X (b)"]),
        ({"a": "X", "b": "x  ", "c": "Z"}, ["X (a)", "x   (b)", "Z"]),
        ({"a": "X", "b": "X", "c": "X (a)"}, ["X (a) (a)", "X (b)", "X (a) (c)"]),
    ],
)
def test_slugs_stand_behind_names_that_others_have(names, expected):
    """And nowhere else."""
    assert [*told_apart(names).values()] == expected


def test_the_last_run_s_name_counts(make_run):
    """An entry that was renamed has one name everywhere."""
    old, new = make_run(name="Old"), make_run(seed=1, name="New")
    new = new.model_copy(
        update={"origin": new.origin.model_copy(update={"ended": "2021-01-01T00:00:00+00:00"})}
    )

    assert names_of([new, old]) == {"rs": "New"}


def test_entries_of_one_name_are_two_everywhere(make_run, references):
    """In rows, curves and tables each has its own numbers."""
    runs = [
        make_run(entry, seed, error, name="Same")
        for entry, error in (("a", 5.0), ("b", 6.0))
        for seed in range(3)
    ]
    ranking = rank(runs, references, TRACK)
    rows = {row.entry: row for row in ranking.boards[0].rows}
    curves = {each.name: each for each in ranking.boards[0].curves}
    standings = tables_of(ranking, [], references)["standings"].splitlines()

    assert {entry: row.name for entry, row in rows.items()} == {"a": "Same (a)", "b": "Same (b)"}
    assert [curves[f"Same ({entry})"].median[-1] for entry in "ab"] == pytest.approx([5.0, 6.0])
    assert [line.split(",")[:2] for line in standings[1:]] == [["a", "Same (a)"], ["b", "Same (b)"]]
