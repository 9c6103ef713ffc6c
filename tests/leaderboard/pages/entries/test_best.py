"""The best architecture of an entry, and its judges."""

from __future__ import annotations

import pytest

from leaderboard.pages.build import rank_tracks
from leaderboard.pages.entries.best import best_run, best_view, judged
from leaderboard.pages.entries.tracks import entries_by_slug
from leaderboard.ranking.examination import TRUTH
from leaderboard.rendering.content import Site


@pytest.fixture
def entry_of(references):
    """What tracks have of the entry `rs` of made-up runs."""

    def entry_of(*runs):
        site = Site(tuple(rank_tracks(list(runs), references)), {}, references, {}, None)
        return entries_by_slug(site)["rs"]

    return entry_of


def test_best_architecture_is_judged_by_the_truth(pages_of, make_run):
    """The best of releases that count is drawn; its own release and the ground truth judge it."""
    other = {"release": "other", "release_hash": "b" * 64, "conflicts": ("gin",)}
    page = pages_of([make_run(error=5.4, seed=3), make_run(error=5.1, seed=3, **other)])["rs"]

    assert "found on emulated-xgb-v2.0 with seed 3" in page.plain
    assert page.tags.count("svg") == 4  # its curve, its runs, two cells
    assert "ground truth" in page.text
    assert "5.400" in page.text


def test_best_is_nearest_to_the_best_known(entry_of, make_run, references):
    """Of runs that found nothing there is none."""
    runs = [make_run(error=5.6, seed=0), make_run(error=5.2, seed=1), make_run(error=5.4, seed=2)]

    assert best_run(entry_of(*runs), references) == runs[1]
    assert best_run(entry_of(make_run(evaluations=0), make_run("re")), references) is None


def test_judges_are_asked_once(entry_of, make_run, references):
    """All of an entry's releases, and the ground truth where it is emulated; differences are to its own."""
    run = make_run(error=5.4)
    errors = judged([run])
    opinions = best_view(run, errors[run.cell.id], entry_of(run), references).opinions

    assert judged([]) == {}
    own, truth = opinions
    assert (own.judge, own.error, own.worse, own.best_known, own.is_own) == (
        "emulated-xgb-v2.0",
        "5.400",
        "+0.000",
        "5.000",
        True,
    )
    assert (truth.judge, truth.best_known, truth.is_own) == (TRUTH, None, False)
    assert float(truth.error) == pytest.approx(errors[run.cell.id][TRUTH], abs=5e-4)


def test_without_a_judge_the_record_speaks(entry_of, make_run, references):
    """A release that is not embedded, of trainings that cannot be asked, has its own word alone."""
    run = make_run(error=5.4, truth="CIFAR-10 training")
    (own,) = best_view(run, judged([run])[run.cell.id], entry_of(run), references).opinions

    assert (own.judge, own.error, own.truth) == (run.release.name, "5.400", "ground truth: CIFAR-10 training")
