"""Tests of `leaderboard.ranking.no_search`."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.problems import Problem
from leaderboard.ranking.no_search import KNOWN, no_search
from leaderboard.ranking.references import read_references
from leaderboard.ranking.scores import anytime_score
from leaderboard.runs.key import Track
from leaderboard.runs.releases import judged, loaded, release_reference
from nb301.formats import read

NAMES = ("emulated-xgb-v2.0", "emulated-gin-v2.0")
TRACK = Track(1, 1e7, 30_000)


@pytest.fixture(scope="module")
def releases():
    """Two that are embedded."""
    return [release_reference(loaded(name).release.manifest) for name in NAMES]


def test_known_architectures_are_read():
    """Each by its name or its text, and none is another."""
    assert len({read(text).canonical() for text in KNOWN.values()}) == len(KNOWN)


@pytest.mark.parametrize("problem", Problem)
@pytest.mark.parametrize("budget", [1e7, 1e6, 2e4])
def test_they_are_valued_as_runs(releases, make_run, budget, problem):
    """A run whose only incumbent is such an architecture has its score and its error."""
    references = read_references()
    known = no_search(releases, references, Track(1, budget, 30_000, problem))
    assert [one.name for one in known] == [one.name for one in sorted(known, key=lambda one: -one.score)]
    for one in known:
        for release, score in zip(releases, one.scores, strict=True):
            benchmark = loaded(release.name)
            answer = benchmark.query(one.genotype)
            incumbents = {
                "evaluation": (0,),
                "clock_seconds": (answer.runtime,),
                "val_accuracy": (answer.mean,),
                "mean": (answer.mean,),
                "judged": tuple(judged(benchmark, [one.genotype])),
                "multiply_adds": (answer.multiply_adds,),
                "genotype": (str(one.genotype),),
            }
            cell = {"budget_seconds": budget, "problem": problem}
            run = make_run(incumbents=incumbents, ended_seconds=answer.runtime, cell=cell)
            assert score == pytest.approx(anytime_score(run, references[release.release_hash]))
        assert one.score == pytest.approx(np.mean(one.scores))
        means = [judged(loaded(name), [one.genotype])[0] for name in NAMES]
        assert one.error == pytest.approx(100 * (1 - np.mean(means)))


def test_of_releases_that_are_not_here_nothing_is_said(releases, make_run):
    """Nor of another one by the name of an embedded one."""
    other = make_run().release
    assert no_search([*releases, other], read_references(), TRACK) == []
    unknown = make_run(release="unknown", release_hash="b" * 64).release
    assert no_search([unknown], {}, TRACK) == []
