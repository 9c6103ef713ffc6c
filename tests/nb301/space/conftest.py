"""What tests of the space share: isomorphic cells by brute force."""

from __future__ import annotations

from itertools import permutations

import pytest

from nb301.space import NODES, Cell


@pytest.fixture(scope="session")
def renamings():
    """All cells that rename a cell's intermediate nodes: those of the 24 permutations that keep the order."""

    def renamed(cell):
        cells = set()
        for names in permutations(NODES):
            new = {0: 0, 1: 1, **dict(zip(NODES, names, strict=True))}
            edges = [(new[edge.source], new[edge.target], edge.op) for edge in cell.edges]
            if all(source < target for source, target, _ in edges):
                cells.add(Cell.from_edges(edges))
        return cells

    return renamed
