"""Recording: what is stored of a run follows from its trajectory, its submission and its release."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.entries.submission import Submission
from leaderboard.places import SUBMISSIONS
from leaderboard.problems import Problem
from leaderboard.runs.recording import entry_of, incumbents, support
from leaderboard.runs.releases import loaded
from nb301.cost import cost
from nb301.errors import DataMissing
from nb301.optimizers import Budget, simulate
from nb301.optimizers.rs import RandomSearch
from nb301.releases.familiarity import Familiarity
from nb301.truth.emulated import EmulatedTruth

RELEASE = "emulated-xgb-v2.0"


@pytest.fixture(scope="module")
def benchmark():
    return loaded(RELEASE)


@pytest.fixture(scope="module")
def trajectory(benchmark):
    """A run of random search with three workers."""
    optimizer = RandomSearch(np.random.default_rng(0))
    return simulate(optimizer, benchmark.query, Budget(seconds=2e4), seed=7, workers=3)


def test_incumbents_are_those_of_the_trajectory(trajectory, benchmark):
    """Each with what was observed, with the noise-free mean of its architecture, and what the truth says."""
    columns = incumbents(trajectory, benchmark, Problem.accuracy)
    best = np.maximum.accumulate(trajectory.val_accuracy)

    assert columns.val_accuracy == tuple(np.unique(best).tolist())
    for index, text, mean in zip(columns.evaluation, columns.genotype, columns.mean, strict=True):
        assert text == str(trajectory.genotypes[index])
        assert mean == benchmark.query(text).mean
    chosen = [trajectory.genotypes[index] for index in columns.evaluation]
    assert columns.judged == tuple(EmulatedTruth().mean(chosen).tolist())
    assert columns.multiply_adds == tuple(cost(genotype).multiply_adds for genotype in chosen)


def test_where_costs_count_a_front_is_kept(trajectory, benchmark):
    """All that no earlier evaluation was as good as in both, and so every incumbent."""
    columns = incumbents(trajectory, benchmark, Problem.multi_objective)
    costs = [cost(genotype).multiply_adds for genotype in trajectory.genotypes]
    for number, (accuracy, own) in enumerate(zip(trajectory.val_accuracy, costs, strict=True)):
        earlier = zip(trajectory.val_accuracy[:number], costs[:number], strict=True)
        is_beaten = any(better >= accuracy and cheaper <= own for better, cheaper in earlier)
        assert (number in columns.evaluation) != is_beaten
    assert {*incumbents(trajectory, benchmark, Problem.accuracy).evaluation} <= {*columns.evaluation}


def test_support_counts_unfamiliar_queries(trajectory, benchmark, monkeypatch):
    """All of a short run are asked; without the table nothing is said."""
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
