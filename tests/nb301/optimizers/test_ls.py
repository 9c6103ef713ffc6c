"""Local search: neighbourhoods, moves to the best, going on behind a minimum, restarts."""

import numpy as np
import pytest

from nb301.optimizers import LocalSearch, Observation
from nb301.space import neighbours, sample


def _canonical(genotypes):
    return {genotype.canonical() for genotype in genotypes}


def _tell(search, genotype, accuracy):
    search.tell(genotype, Observation(accuracy, 1000.0))


def _started(accuracy=0.5, **settings):
    search = LocalSearch(np.random.default_rng(0), **settings)
    start = search.ask()
    _tell(search, start, accuracy)
    return search, start


def _neighbourhood(search, start):
    """Ask for all that is new around a start."""
    return [search.ask() for _ in range(len(_canonical([start, *neighbours(start)])) - 1)]


def test_proposes_exactly_the_neighbours_of_its_start():
    """After the start come all its neighbours, each architecture once, in a random order."""
    search, start = _started()
    expected = _canonical(neighbours(start)) - {start.canonical()}

    proposed = []
    for _ in expected:
        proposed.append(search.ask())
        _tell(search, proposed[-1], 0.4)

    assert _canonical(proposed) == expected
    assert set(proposed) <= set(neighbours(start))
    assert proposed != [genotype for genotype in neighbours(start) if genotype in proposed]


@pytest.mark.parametrize("stop_at_minimum", [False, True])
def test_moves_to_the_best_neighbour(stop_at_minimum):
    """After a whole neighbourhood it proposes neighbours of the best, and none a second time."""
    search, start = _started(stop_at_minimum=stop_at_minimum)
    first = _neighbourhood(search, start)
    best = first[17]
    for index, genotype in enumerate(first):
        _tell(search, genotype, 0.9 if genotype is best else 0.4 + 1e-3 * index)

    expected = _canonical(neighbours(best)) - _canonical([start, *first])
    second = [search.ask() for _ in expected]

    assert _canonical(second) == expected


def test_moves_to_the_first_better_neighbour():
    """Without whole neighbourhoods the first better one is the next to have its neighbours tried."""
    search, start = _started(whole_neighbourhood=False)
    worse, better = search.ask(), search.ask()
    _tell(search, worse, 0.5)  # equal is not better
    assert search.ask() in neighbours(start)
    _tell(search, better, 0.6)

    assert search.ask() in neighbours(better)


def test_goes_on_behind_a_minimum():
    """Where no neighbour is better it moves to the best that it has not expanded."""
    search, start = _started()
    around = _neighbourhood(search, start)
    for genotype in around:
        _tell(search, genotype, 0.45 if genotype is around[5] else 0.4)

    assert search.ask() in neighbours(around[5])


def test_starts_anew_at_a_minimum():
    """Where it stops at minima it proposes a random genotype, then that one's neighbours."""
    search, start = _started(stop_at_minimum=True)
    for genotype in _neighbourhood(search, start):
        _tell(search, genotype, 0.5)

    restart = search.ask()
    _tell(search, restart, 0.1)

    assert restart.canonical() not in _canonical(neighbours(start))
    assert search.ask() in neighbours(restart)


def test_keeps_workers_busy_with_random_genotypes():
    """While a neighbourhood's last result is open it proposes random ones, which it may move to."""
    search, start = _started()
    around = _neighbourhood(search, start)
    for genotype in around[1:]:
        _tell(search, genotype, 0.4)
    fillers = [search.ask() for _ in range(3)]
    for genotype, accuracy in zip(fillers, (0.2, 0.6, 0.1), strict=True):
        _tell(search, genotype, accuracy)
    _tell(search, around[0], 0.4)

    assert not _canonical(fillers) & _canonical(around)
    assert search.ask() in neighbours(fillers[1])


def test_starts_are_random_search():
    """The first proposals are the generator's own uniform draws, and the best of them is expanded."""
    search, rng = LocalSearch(np.random.default_rng(3), starts=3), np.random.default_rng(3)
    starts = [search.ask() for _ in range(3)]
    for genotype, accuracy in zip(starts, (0.5, 0.7, 0.6), strict=True):
        _tell(search, genotype, accuracy)

    assert starts == [sample(rng) for _ in range(3)]
    assert search.ask() in neighbours(starts[1])


def test_refuses_no_start():
    """A search without a start has nothing to expand."""
    with pytest.raises(ValueError, match="starts is 0"):
        LocalSearch(np.random.default_rng(0), starts=0)
