"""Tests of `validation.measures.topology`."""

from __future__ import annotations

import pytest

from validation.measures import NotApplicable, topology


def test_the_best_surrogate_ranks_within_depths(oracle):
    """It is at the ceiling of each depth, and the 1,800 probes are of the four of them."""
    measured = [topology.depth(oracle, "sparse_kendall_tau", edges) for edges in range(1, 5)]
    assert all(part.value == part.ceiling for part in measured)
    assert sum(part.n for part in measured) == 1800


def test_a_table_without_probes(subject):
    """Nothing is said of depths that nobody looked at."""
    with pytest.raises(NotApplicable, match="table tiny has no rows of topology"):
        topology.depth(subject, "r2", 3)
