"""Random search: uniform, whatever it is told and however far it looks ahead."""

import numpy as np
import pytest

from nb301.errors import GeneratorError
from nb301.optimizers import Observation, RandomSearch
from nb301.optimizers.rs import RandomGenotypes
from nb301.space import sample


def test_random_search_is_uniform_sampling():
    """Random search proposes what `sample` draws, whatever it is told."""
    rng, optimizer = np.random.default_rng(4), RandomSearch(np.random.default_rng(4))
    asked = []
    for accuracy in range(10):
        asked.append(optimizer.ask())
        optimizer.tell(asked[-1], Observation(accuracy / 10, 1.0))
    assert asked == [sample(rng) for _ in range(10)]


def test_genotypes_stay_the_same_when_looked_at():
    """What is looked at before its turn comes next, and what is drawn after it is what would have been."""
    looked, plain = (RandomGenotypes(np.random.default_rng(1)) for _ in range(2))
    expected = [plain.next() for _ in range(8)]
    assert looked.upcoming(3) == expected[:3]
    assert looked.next() == expected[0]
    assert looked.upcoming(5) == expected[1:6]
    assert [looked.next() for _ in range(7)] == expected[1:]


def test_needs_a_generator():
    """A seed is none."""
    with pytest.raises(GeneratorError, match="expected a numpy Generator"):
        RandomGenotypes(0)
