"""Local search: whole neighbourhoods, moves to the best, restarts."""

import numpy as np

from nb301.optimizers import LocalSearch, Observation
from nb301.space import neighbours, sample


def _canonical(genotypes):
    return {genotype.canonical() for genotype in genotypes}


def _tell(search, genotype, accuracy):
    search.tell(genotype, Observation(accuracy, 1000.0))


def _started(seed=0, accuracy=0.5):
    search = LocalSearch(np.random.default_rng(seed))
    start = search.ask()
    _tell(search, start, accuracy)
    return search, start


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


def test_moves_to_the_best_neighbour():
    """After a whole neighbourhood it proposes neighbours of the best, and none a second time."""
    search, start = _started()
    first = [search.ask() for _ in range(len(_canonical([start, *neighbours(start)])) - 1)]
    best = first[17]
    for index, genotype in enumerate(first):
        _tell(search, genotype, 0.9 if genotype is best else 0.4 + 1e-3 * index)

    expected = _canonical(neighbours(best)) - _canonical([start, *first])
    second = [search.ask() for _ in expected]

    assert _canonical(second) == expected


def test_starts_anew_at_a_local_optimum():
    """Where no neighbour is better it proposes a random genotype, then that one's neighbours."""
    search, start = _started()
    for _ in range(len(_canonical([start, *neighbours(start)])) - 1):
        _tell(search, search.ask(), 0.5)  # equal is not better

    restart = search.ask()
    _tell(search, restart, 0.1)

    assert restart.canonical() not in _canonical(neighbours(start))
    assert search.ask() in neighbours(restart)


def test_keeps_workers_busy_with_random_genotypes():
    """While a neighbourhood's last result is open it proposes random ones; the best starts next."""
    search, start = _started()
    around = [search.ask() for _ in range(len(_canonical([start, *neighbours(start)])) - 1)]
    for genotype in around[1:]:
        _tell(search, genotype, 0.4)
    fillers = [search.ask() for _ in range(3)]
    for genotype, accuracy in zip(fillers, (0.2, 0.3, 0.1), strict=True):
        _tell(search, genotype, accuracy)
    _tell(search, around[0], 0.4)

    assert not _canonical(fillers) & _canonical(around)
    assert search.ask() in neighbours(fillers[1])


def test_starts_are_random_search():
    """The first proposals are the generator's own uniform draws."""
    search, rng = LocalSearch(np.random.default_rng(3)), np.random.default_rng(3)

    assert [search.ask() for _ in range(3)] == [sample(rng) for _ in range(3)]
