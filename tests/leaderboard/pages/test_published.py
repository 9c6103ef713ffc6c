"""The release gate: committed results are scored anew, and the published numbers follow from them."""

from __future__ import annotations

import pytest

from leaderboard.pages.build import rank_tracks
from leaderboard.places import RESULTS
from leaderboard.ranking.csv_tables import tables
from leaderboard.ranking.references import read_references
from leaderboard.runs.packed import read_results
from nb301 import load
from nb301.releases import names


@pytest.fixture(scope="module")
def runs():
    runs = read_results(RESULTS)
    if not runs:
        pytest.skip(f"no results are published: {RESULTS} is empty")
    return runs


def test_releases_still_say_what_was_scored(runs):
    """Every committed incumbent has the noise-free mean that this nb301's release of equal hash gives."""
    for name in {run.release.name for run in runs}:
        assert name in names()
        benchmark = load(name)
        of_release = [run for run in runs if run.release.name == name]
        assert {run.release.release_hash for run in of_release} == {benchmark.release.release_hash}
        stored = [mean for run in of_release for mean in run.incumbents.mean]
        genotypes = [genotype for run in of_release for genotype in run.incumbents.genotype]
        assert benchmark.query(genotypes).mean.tolist() == stored


def test_published_numbers_follow_from_the_runs(runs):
    """All tables beside the results, to their last digit."""
    known = read_references()
    rankings = rank_tracks(runs, known)
    published = {
        path.relative_to(RESULTS).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in RESULTS.glob("**/*.csv")
    }

    assert sum(len(ranking.runs) for ranking in rankings) == len(runs)
    assert tables(rankings, known) == published
