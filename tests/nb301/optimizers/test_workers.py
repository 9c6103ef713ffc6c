"""Workers under a simulated clock."""

from types import SimpleNamespace

import numpy as np
import pytest

from nb301.errors import ObjectiveError
from nb301.optimizers.workers import SimulatedWorkers
from nb301.space import sample_many

GENOTYPES = sample_many(np.random.default_rng(0), 4)


def lasts(_genotype, seed):
    """An objective whose trainings take as many seconds as their seed."""
    return SimpleNamespace(val_accuracy=0.9, runtime=float(seed))


def test_evaluations_end_after_their_runtimes():
    """The one that ends first comes first, at its start plus its runtime, whichever was submitted first."""
    workers = SimulatedWorkers(lasts, 3)
    for number, (seed, at) in enumerate([(30, 0.0), (10, 0.0), (5, 20.0)]):
        workers.submit(number, GENOTYPES[number], seed, at=at)
    finished = [workers.finished() for _ in range(3)]
    assert [(end.number, end.ended) for end in finished] == [(1, 10.0), (2, 25.0), (0, 30.0)]
    assert [end.result.runtime for end in finished] == [10.0, 5.0, 30.0]


def test_of_those_that_end_together_the_first_submitted_comes_first():
    """Ties do not depend on what was submitted in between."""
    workers = SimulatedWorkers(lasts, 4)
    for number, seed in enumerate([20, 10, 20, 10]):
        workers.submit(number, GENOTYPES[number], seed, at=0.0)
    assert [workers.finished().number for _ in range(4)] == [1, 3, 0, 2]


def test_a_result_without_runtime_is_refused_when_submitted():
    """It could never end."""
    workers = SimulatedWorkers(lambda *_: {"val_accuracy": 0.9})
    with pytest.raises(ObjectiveError, match="evaluation 0: the objective returned"):
        workers.submit(0, GENOTYPES[0], 1, at=0.0)


@pytest.mark.parametrize("count", [0, -1])
def test_needs_a_worker(count):
    """Without workers nothing would ever end."""
    with pytest.raises(ValueError, match="expected at least one worker"):
        SimulatedWorkers(lasts, count)
