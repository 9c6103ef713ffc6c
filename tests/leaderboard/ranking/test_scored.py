"""Scored runs: of each entry on each release, NaN where it does not count."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.errors import UnknownReference
from leaderboard.ranking.scored import score_runs
from leaderboard.ranking.scores import anytime_score, final_error


@pytest.fixture
def table(entry_runs, other_release, references):
    """Two entries on two releases, one of which counts on the second alone."""
    runs = entry_runs("rs", 6) + entry_runs("rs", 5.4, **other_release)
    runs += entry_runs("gbdt", 4, conflicts=("xgboost",)) + entry_runs("gbdt", 6.4, **other_release)
    return score_runs(runs, references, {"rs": "Random", "gbdt": "Trees"})


def test_scores_and_errors_are_those_of_the_runs(table, reference):
    """In the order of seeds, with the reference of the release and the name for people."""
    scored = table.scored["rs", "emulated-xgb-v2.0"]

    assert (scored.name, scored.reference) == ("Random", reference)
    assert scored.scores.tolist() == [anytime_score(run, reference) for run in scored.runs]
    assert scored.errors.tolist() == [final_error(run, reference) for run in scored.runs]
    assert table.seeds == tuple(range(10))


def test_what_does_not_count_is_unknown(table, make_run, other_release):
    """On a release of its own family, or one that an entry has no runs on."""
    own, other = make_run().release, make_run(**other_release).release
    scores, errors = table.scores("gbdt", [own, other]), table.errors("gbdt", [own, other])

    assert scores.shape == errors.shape == (2, 10)
    assert np.isnan(scores[0]).all()
    assert np.isnan(errors[0]).all()
    assert scores[1].tolist() == table.scored["gbdt", "other"].scores.tolist()
    assert errors[1].tolist() == table.scored["gbdt", "other"].errors.tolist()
    assert np.isnan(table.scores("nobody", [own])).all()
    assert table.get("nobody", own) is None


def test_entries_are_those_with_runs(table, make_run, other_release):
    """Whether they count or not."""
    third = make_run().release.model_copy(update={"name": "third"})

    assert table.entries([make_run().release]) == ["gbdt", "rs"]
    assert table.entries([make_run(**other_release).release, third]) == ["gbdt", "rs"]
    assert table.entries([third]) == []


def test_releases_without_references_are_named(make_run, references):
    """What scores are measured against is never made up."""
    run = make_run(release="new", release_hash="0" * 64)

    with pytest.raises(UnknownReference, match="release new"):
        score_runs([run], references, {"rs": "Random"})
