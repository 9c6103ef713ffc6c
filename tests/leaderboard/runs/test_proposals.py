"""Proposals: each has a number, whatever object stands for it, and it is known which have ended."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.runs.proposals import NEW, Proposals
from nb301 import load
from nb301.optimizers import Budget, Observation, RandomSearch, simulate
from nb301.optimizers.multi_fidelity import Asha, Hyperband
from nb301.space import sample
from nb301.truth.emulated import EmulatedTruth


@pytest.mark.parametrize("workers", [1, 3])
def test_noting_changes_nothing(workers):
    """The run is what it is without; what never finished is told in its order."""
    query, budget = load("emulated-xgb-v2.0").query, Budget(seconds=2e4)
    proposals = Proposals(RandomSearch(np.random.default_rng(0)))
    noted = simulate(proposals, query, budget, seed=7, workers=workers)
    alone = simulate(RandomSearch(np.random.default_rng(0)), query, budget, seed=7, workers=workers)

    assert noted == alone
    assert [proposals.all[number].genotype for number in proposals.ended] == noted.genotypes
    assert len(proposals.unfinished) == workers
    assert len(proposals.all) == len(noted) + workers
    assert [proposal.resumes for proposal in proposals.all] == [NEW] * len(proposals.all)


@pytest.mark.parametrize("optimizer", [Asha, Hyperband])
def test_trainings_that_go_on_are_known(optimizer):
    """By the number of the proposal that paused, which has the same architecture and fewer epochs."""
    proposals = Proposals(optimizer(np.random.default_rng(0)))
    trajectory = simulate(proposals, EmulatedTruth().evaluate, Budget(evaluations=200), seed=7, workers=4)

    resumed = [proposal for proposal in proposals.all if proposal.resumes != NEW]
    assert len(resumed) > 5
    for proposal in resumed:
        before = proposals.all[proposal.resumes]
        assert before.genotype == proposal.genotype
        assert before.epochs < proposal.epochs
    assert [proposals.all[number].epochs for number in proposals.ended] == trajectory.epochs.tolist()


def test_one_object_may_be_proposed_again():
    """Two evaluations of it are open, and the one that began last ends first."""
    genotype, told = sample(np.random.default_rng(0)), []

    class Repeats:
        def ask(self):
            return genotype

        def tell(self, proposed, observation):
            told.append((proposed, observation))

    proposals = Proposals(Repeats())
    first, second = proposals.ask(), proposals.ask()
    proposals.tell(second, Observation(0.9, 1.0))
    proposals.tell(first, Observation(0.8, 2.0))

    assert proposals.ended.tolist() == [1, 0]
    assert first == second == genotype
    assert all(proposed is genotype for proposed, _ in told)
