"""The cross-examination pages: gaps between promise and judgement, and judgements as matrices."""

from __future__ import annotations

import pytest

from leaderboard.pages.examination import pages
from leaderboard.ranking.examination import ALL, OTHERS, TRUTH, Judgement
from leaderboard.rendering.content import Site


@pytest.fixture
def examined(site):
    """What a page shows of made-up judgements."""

    def examined(judgements):
        (ranking,) = site.rankings
        altered = Site(site.rankings, {ranking.track: tuple(judgements)}, site.references, {}, None)
        (page,) = pages(altered)
        return page.context

    return examined


@pytest.fixture
def matrices(examined):
    """Matrices of made-up judgements of what was found on two releases."""
    return lambda judgements: examined(judgements)["matrices"]


def judged(entry, found_on, judge, worse):
    return Judgement(entry, found_on, judge, 5.0 + worse, worse, (worse - 0.1, worse + 0.1), 2)


def test_rows_are_releases_and_columns_judges(matrices):
    """All entries come first; shades are of the largest difference, and none for what is better."""
    judgements = []
    for entry in (ALL, "rs"):
        for found_on in ("a", "b"):
            for judge in ("a", "b", TRUTH):
                worse = 0.0 if judge == found_on else 0.5 if judge == TRUTH else -0.25
                judgements.append(judged(entry, found_on, judge, worse))
    together, one = matrices(judgements)

    assert (together.name, together.entry) == ("All entries together", None)
    assert (one.name, one.entry) == ("Random search", "rs")
    for matrix in (together, one):
        assert (matrix.found_on, matrix.judges) == (("a", "b"), ("a", "b", TRUTH))
        assert [[cell.is_own for cell in row] for row in matrix.cells] == [
            [True, False, False],
            [False, True, False],
        ]
        assert [cell.shade for cell in matrix.cells[0]] == [0.0, 0.0, 1.0]
        assert [cell.worse for cell in matrix.cells[0]] == ["+0.00", "\N{MINUS SIGN}0.25", "+0.50"]
        assert matrix.cells[0][2].interval == "0.40 to 0.60"


def test_a_judge_without_a_view_leaves_its_cell_empty(matrices):
    """The ground truth is the last column, and judges what was found on its releases alone."""
    judgements = [judged(ALL, "a", TRUTH, 0.5), judged(ALL, "a", "a", 0.0), judged(ALL, "b", "a", 0.2)]
    (matrix,) = matrices(judgements)

    assert matrix.judges == ("a", TRUTH)
    assert [[cell and cell.worse for cell in row] for row in matrix.cells] == [
        ["+0.00", "+0.50"],
        ["+0.20", None],
    ]


def test_gaps_are_to_the_truth_or_to_the_others(examined, site):
    """One for each release, all entries first, then those of the ranking in its order."""
    (ranking,) = site.rankings
    names = [release.name for release in ranking.whole.releases]
    order = [standing.row.entry for standing in ranking.whole.standings]
    judgements = []
    for entry in (ALL, *order):
        judgements += [judged(entry, names[0], names[0], 0.0), judged(entry, names[0], OTHERS, 0.3)]
        judgements.append(judged(entry, names[0], TRUTH, 0.2))
        judgements += [judged(entry, name, OTHERS, -0.1) for name in names[1:]]
    context = examined(judgements)

    assert [column.judge for column in context["columns"]] == [TRUTH] + [OTHERS] * (len(names) - 1)
    assert [row.entry for row in context["gaps"]] == [None, *order]
    for row in context["gaps"]:
        assert [cell.worse for cell in row.cells] == ["+0.20"] + ["\N{MINUS SIGN}0.10"] * (len(names) - 1)
        assert [cell.shade for cell in row.cells] == [1.0] + [0.0] * (len(names) - 1)
    assert all(OTHERS not in matrix.judges for matrix in context["matrices"])


def test_nobody_judges_a_release_without_others(examined, site):
    """Its column is empty, and an entry without any number has no row."""
    (ranking,) = site.rankings
    name = ranking.whole.releases[0].name
    context = examined([judged(ALL, name, name, 0.0)])

    assert {column.judge for column in context["columns"]} == {""}
    assert context["gaps"] == []


def test_entries_without_judgements_have_no_matrix(matrices):
    """Nothing that was found is on an embedded release, so that nobody can judge it."""
    assert matrices([]) == []
    assert [matrix.entry for matrix in matrices([judged("re", "a", "a", 0.0)])] == ["re"]


def test_page_has_what_was_judged(site):
    """Each release judges itself without a difference."""
    (page,) = pages(site)
    for matrix in page.context["matrices"]:
        for name, row in zip(matrix.found_on, matrix.cells, strict=True):
            own = row[matrix.judges.index(name)]
            assert own.is_own
            assert own.worse == "+0.00"
