"""COMBO: proposals that ascend the acquisition."""

import numpy as np

from nb301.optimizers import Budget, Combo, Observation, simulate
from nb301.optimizers.choices import SIZES, from_choices, to_choices
from nb301.truth.emulated import EmulatedTruth


def _started(startup=40, **settings):
    search = Combo(np.random.default_rng(0), startup=startup, start_candidates=100, **settings)
    simulate(search, EmulatedTruth().evaluate, Budget(evaluations=startup), seed=1)
    return search


def test_proposes_what_no_neighbour_improves():
    """The proposal is a maximum of expected improvement: no change of one choice is better."""
    search = _started(starts=5, rounds=20)
    best = max(search._values)

    proposal = to_choices([search.ask()])
    value = search._process.expected_improvement(proposal, best)[0]

    for choice in range(22):
        around = np.tile(proposal, (SIZES[choice], 1))
        around[:, choice] = np.arange(SIZES[choice])
        assert search._process.expected_improvement(around, best).max() <= value * (1 + 1e-9)


def test_open_proposals_differ():
    """Workers that ask before results are there get different genotypes."""
    search = _started(starts=5)

    assert len({search.ask() for _ in range(6)}) == 6


def test_waits_for_its_start_with_random_genotypes():
    """Until the start's results are there, workers that ask get random genotypes (Appendix C.3)."""
    search = Combo(np.random.default_rng(0), startup=10)
    proposed = [search.ask() for _ in range(30)]
    for genotype in proposed[:9]:
        search.tell(genotype, Observation(0.9, 1000.0))
    search.ask()

    assert search._process.n == 0


def test_stops_adding_results():
    """Beyond the most results the process stays as it is, and proposals go on."""
    search = _started(starts=2, rounds=1, max_results=45)
    simulate(search, EmulatedTruth().evaluate, Budget(evaluations=15), seed=1)

    assert search._process.n == 45
    assert len(search._values) == 55
    assert from_choices(search._process.x) == search._genotypes[:45]
