"""Replays: proposals give again what the run was answered, or are found not to be proposals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leaderboard.runs.releases import loaded
from leaderboard.runs.replay import proposals_of, replay
from nb301.errors import GenotypeError

RELEASE = "emulated-xgb-v2.0"


@pytest.fixture(scope="module", params=[1, 4])
def stored(request, simulated):
    """A run with one worker, and one with four, whose evaluations end in another order."""
    return simulated("rs", RELEASE, 5, 2e4, workers=request.param)


def test_answers_are_those_of_the_run(stored, campaign):
    """In the order of proposals; what ended within the budget is what the trace has."""
    run, trace = stored
    proposals = proposals_of(trace, run.unfinished)
    again = replay(proposals, run.cell, campaign.training_seed(5), loaded(RELEASE))

    assert len(proposals) == len(trace) + len(run.unfinished)
    assert again.is_spent
    np.testing.assert_array_equal(again.training_seed[trace.number], trace.training_seed)
    np.testing.assert_array_equal(again.val_accuracy[trace.number], trace.val_accuracy)
    np.testing.assert_array_equal(again.runtime[trace.number], trace.runtime)
    np.testing.assert_array_equal(again.trajectory.clock, trace.clock)
    assert tuple(map(str, again.trajectory.genotypes)) == trace.genotype


def test_too_few_proposals_do_not_spend_the_budget(stored, campaign):
    """A run that a fault ended asked for no more, though there was budget left."""
    run, trace = stored
    proposals = proposals_of(trace, run.unfinished)[:3]
    again = replay(proposals, run.cell, campaign.training_seed(5), loaded(RELEASE))

    assert not again.is_spent
    # a fault ends the run while workers are free: then nothing has ended yet
    assert len(again.trajectory) == (3 if run.cell.workers == 1 else 0)
    assert replay([], run.cell, 0, loaded(RELEASE)).runtime.size == 0


def test_repetitions_have_seeds_of_their_own(stored):
    """The k-th repetition of an architecture adds k to its first training seed."""
    run, trace = stored
    proposals = [proposals_of(trace, run.unfinished)[0]] * 3
    again = replay(proposals, run.cell, 100, loaded(RELEASE))

    assert again.training_seed.tolist() == [100, 101, 102]
    assert len(set(again.val_accuracy.tolist())) == 3


@pytest.mark.parametrize("change", [lambda numbers: numbers + 1000, lambda numbers: numbers * 0])
def test_numbers_that_are_none_of_proposals(stored, change):
    """Beyond the last, or one twice."""
    run, trace = stored

    assert proposals_of(replace(trace, number=change(trace.number)), run.unfinished) is None


def test_texts_that_are_no_genotypes(stored):
    """The error says what is wrong with the first."""
    run, trace = stored

    with pytest.raises(GenotypeError):
        proposals_of(replace(trace, genotype=("x", *trace.genotype[1:])), run.unfinished)
