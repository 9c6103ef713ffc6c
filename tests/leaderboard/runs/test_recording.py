"""Recording: what is stored of a run follows from its trajectory, its submission and its release."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.entries.submission import Submission
from leaderboard.places import SUBMISSIONS
from leaderboard.runs.recording import Proposals, entry_of, incumbents, support
from leaderboard.runs.releases import loaded
from nb301.errors import DataMissing
from nb301.optimizers import Budget, Observation, simulate
from nb301.optimizers.rs import RandomSearch
from nb301.releases.familiarity import Familiarity
from nb301.space import sample

RELEASE = "emulated-xgb-v2.0"


@pytest.fixture(scope="module")
def benchmark():
    return loaded(RELEASE)


@pytest.fixture(scope="module")
def parallel(benchmark):
    """A run of random search with three workers: its proposals, and its trajectory."""
    proposals = Proposals(benchmark.query)
    optimizer = RandomSearch(np.random.default_rng(0))
    return proposals, simulate(optimizer, proposals, Budget(seconds=2e4), seed=7, workers=3)


def test_proposals_are_numbered_as_they_were_made(parallel):
    """Each number once; what never finished is told in its order, as text."""
    proposals, trajectory = parallel
    numbers, unfinished = proposals.numbers(trajectory), proposals.unfinished(trajectory)

    assert len(unfinished) == 3
    assert {*numbers.tolist()} < {*range(len(trajectory) + 3)}
    assert len({*numbers.tolist()}) == len(trajectory)
    assert not {*unfinished} & {*map(str, trajectory.genotypes)}


def test_proposals_ask_the_objective():
    """Its answers are passed on as they are, with the seed that was given."""
    asked = []
    proposals = Proposals(lambda genotype, seed: asked.append((genotype, seed)) or Observation(0.9, 10.0))
    genotype = sample(np.random.default_rng(0))

    assert proposals(genotype, 5) == Observation(0.9, 10.0)
    assert asked == [(genotype, 5)]


def test_incumbents_are_those_of_the_trajectory(parallel, benchmark):
    """Each with what was observed, and with the noise-free mean of its architecture."""
    _, trajectory = parallel
    columns = incumbents(trajectory, benchmark)
    best = np.maximum.accumulate(trajectory.val_accuracy)

    assert columns.val_accuracy == tuple(np.unique(best).tolist())
    for index, text, mean in zip(columns.evaluation, columns.genotype, columns.mean, strict=True):
        assert text == str(trajectory.genotypes[index])
        assert mean == benchmark.query(text).mean


def test_support_counts_unfamiliar_queries(parallel, benchmark, monkeypatch):
    """All of a short run are asked; without the table nothing is said."""
    _, trajectory = parallel
    counted = support(trajectory, benchmark)
    answers = benchmark.familiarity(list(trajectory.genotypes))

    assert counted.queries == len(trajectory)
    assert counted.unfamiliar == sum(not answer.is_familiar for answer in answers)

    def missing(_):
        raise DataMissing("no table")

    monkeypatch.setattr(benchmark, "familiarity", missing)
    assert support(trajectory, benchmark) is None
    unknown = Familiarity(distance=None, limit=None, nearest=None, warnings=())
    monkeypatch.setattr(benchmark, "familiarity", lambda genotypes: [unknown] * len(genotypes))
    assert support(trajectory, benchmark) is None


def test_entry_repeats_the_manifest():
    """Name, version, reference, and what is declared."""
    manifest = Submission(SUBMISSIONS / "rs").manifest
    entry = entry_of(manifest)

    assert (entry.name, entry.version, entry.reference) == (
        manifest.name,
        manifest.version,
        manifest.reference,
    )
    assert entry.families == tuple(manifest.model_use.families)
    assert entry.deterministic == manifest.deterministic
    assert entry.used_benchmark_data == manifest.prior_knowledge.used_benchmark_data
