"""Replays: proposals give again what the run was answered, or are found not to be proposals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leaderboard.problems import Problem
from leaderboard.runs.proposals import Proposal
from leaderboard.runs.releases import loaded
from leaderboard.runs.replay import proposals_of, replay
from nb301.errors import GenotypeError, ProposalError

RELEASE = "emulated-xgb-v2.0"


@pytest.fixture(scope="module", params=[("rs", 1), ("rs", 4), ("asha", 1), ("asha", 4)])
def stored(request, simulated):
    """Runs with one worker, and with four, whose evaluations end in another order; half of them pause."""
    name, workers = request.param
    problem = Problem.multi_fidelity if name == "asha" else Problem.accuracy
    return simulated(name, RELEASE, 5, 2e4, workers=workers, problem=problem)


def test_answers_are_those_of_the_run(stored, campaign):
    """In the order of proposals; what ended within the budget is what the trace has."""
    run, trace = stored
    proposals = proposals_of(trace, run.unfinished)
    again = replay(proposals, run.cell, campaign.training_seed(5), loaded(RELEASE))

    assert len(proposals) == len(trace) + len(run.unfinished)
    assert again.is_spent
    assert again.ended == trace.number.tolist()
    assert again.trajectory == trace.trajectory()


def test_too_few_proposals_do_not_spend_the_budget(stored, campaign):
    """A run that a fault ended asked for no more, though there was budget left."""
    run, trace = stored
    proposals = proposals_of(trace, run.unfinished)[:3]
    again = replay(proposals, run.cell, campaign.training_seed(5), loaded(RELEASE))

    assert not again.is_spent
    # a fault ends the run while workers are free: then nothing has ended yet
    assert (len(again.trajectory) == 3) == (run.cell.workers == 1)
    assert len(replay([], run.cell, 0, loaded(RELEASE)).trajectory) == 0


def test_repetitions_have_seeds_of_their_own(stored):
    """The k-th repetition of an architecture adds k to its first training seed."""
    run, trace = stored
    cell = run.cell.model_copy(update={"budget_evaluations": 3, "budget_seconds": 1e6})
    proposals = [proposals_of(trace, run.unfinished)[0]] * 3
    again = replay(proposals, cell, 100, loaded(RELEASE))

    assert again.trajectory.seeds.tolist() == [100, 101, 102]
    assert len(set(again.trajectory.val_accuracy.tolist())) == 3


def test_what_was_never_paused_cannot_go_on(stored):
    """A whole training, one of another architecture, one that is no longer: the run refuses it."""
    run, trace = stored
    cell = run.cell.model_copy(update={"budget_seconds": 1e6})
    first, second = (proposal.genotype for proposal in proposals_of(trace, run.unfinished)[:2])
    for before, after in (
        (Proposal(first), Proposal(first, 50, 0)),
        (Proposal(first, 9), Proposal(second, 50, 0)),
        (Proposal(first, 9), Proposal(first, 9, 0)),
    ):
        with pytest.raises(ProposalError):
            replay([before, after], cell, 100, loaded(RELEASE))


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
