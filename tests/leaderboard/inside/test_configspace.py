"""The adapter inside the sandbox: every optimizer of a ConfigSpace proposes architectures through it."""

from __future__ import annotations

import numpy as np
import pytest
from ConfigSpace import Configuration

from leaderboard.inside.configspace import ConfigSpaceOptimizer
from leaderboard.inside.shim import Budget, Result
from leaderboard.inside.space import OPS, Space
from nb301.formats import configuration_space, read

BUDGET = Budget(None, 10, 1, None, 10)


class Sampling(ConfigSpaceOptimizer):
    """Draws configurations, numbers its trials and notes what it is told."""

    def start(self, seed, budget, *, kind="configuration"):
        self.kind, self.seed, self.budget = kind, seed, budget
        self.rng = np.random.default_rng(seed)
        self.trials, self.results = 0, []

    def propose(self):
        self.trials += 1
        if self.kind == "configuration":
            return self.trials, self.configspace.sample_configuration()
        if self.kind == "flat":
            flat = {name: self.rng.choice(parameter.choices) for name, parameter in self.configspace.items()}
            return self.trials, flat
        return self.trials, self.from_unit_cube(self.rng.random(34))

    def report(self, trial, val_error, seconds):
        self.results.append((trial, val_error, seconds))


def sampling(seed=1, **settings):
    return Sampling(Space(), seed, BUDGET, **settings)


def proposals(optimizer):
    return [read(optimizer.ask()) for _ in range(20)]


@pytest.mark.parametrize("kind", ["configuration", "flat", "cube"])
def test_proposals_are_architectures(kind):
    """Of configurations, of dicts with inactive parameters and of points; the seed decides which."""
    drawn = [proposals(sampling(seed, kind=kind)) for seed in (1, 1, 2)]

    assert len(set(drawn[0])) == 20
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_proposals_are_configurations():
    """ConfigSpace itself finds no parameter missing, and none that is inactive."""
    Configuration(configuration_space(), values=sampling(kind="flat").ask()).check_valid_configuration()


def test_results_come_with_the_trial_that_they_belong_to():
    """Whatever the order in which they end, and where equal configurations are open at once."""
    optimizer = sampling()
    optimizer.configspace.sample_configuration = lambda: configuration_space().get_default_configuration()
    first, second = optimizer.ask(), optimizer.ask()
    assert first == second

    optimizer.tell(second, Result(0.05, 900.0))
    optimizer.tell(first, Result(0.06, 800.0))

    assert optimizer.results == [(2, 0.05, 900.0), (1, 0.06, 800.0)]


def test_choices_have_equal_shares_of_the_cube():
    """From the first choice at 0 to the last one at 1, end included."""
    optimizer = sampling()
    for name, parameter in optimizer.configspace.items():
        k = len(parameter.choices)
        index = [*optimizer.configspace].index(name)
        points = np.zeros((k + 1, 34))
        points[:, index] = [*((np.arange(k) + 0.5) / k), 1.0]

        choices = [optimizer.from_unit_cube(point)[name] for point in points]

        assert sorted(choices[:-1]) == sorted(parameter.choices)
        assert choices[-1] == choices[-2]


def test_no_place_of_the_cube_is_known_to_be_good():
    """The centre is another architecture with each seed, and the same with one: choices have no order."""
    centres = [[*sampling(seed).from_unit_cube([0.5] * 34).values()] for seed in (1, 1, *range(2, 60))]
    assert centres[0] == centres[1]
    ops = np.array(centres[1:])[:, -28:]
    # each op is at the centre of an edge's share as often as any other
    _, counts = np.unique(ops[np.isin(ops, OPS)], return_counts=True)
    assert len(counts) == len(OPS)
    assert counts.min() > 0.8 * counts.mean()


def test_point_has_a_number_for_each_parameter():
    """A point with too few is none of the space."""
    with pytest.raises(ValueError, match="longer"):
        sampling().from_unit_cube([0.5] * 33)


def test_settings_and_budget_are_passed_on():
    """To `start`, as the manifest and the run have them."""
    optimizer = sampling(3, kind="flat")

    assert (optimizer.kind, optimizer.seed, optimizer.budget) == ("flat", 3, BUDGET)
