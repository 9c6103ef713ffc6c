"""The plan of a stacked cell: which edges of many networks' cells are computed together.

Edges are computed in phases: phase `d` holds the edges of all networks whose source has depth `d`, the
longest way to it from an input of the cell. Nodes of one depth are one tensor, whose rows a phase reads,
and into whose later ones it adds.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from nb301.space import NODES, Cell, Edge

_INPUTS = (0, 1)


class Term(NamedTuple):
    """An edge of one network, and the rows that it reads from and adds into, in the tensors of depths."""

    network: int
    #: Number of the edge in its cell.
    number: int
    edge: Edge
    source: int
    target_depth: int
    target: int


class Plan:
    """The edges of many cells in phases.

    Args:
        cells: One of each network.
    """

    def __init__(self, cells: Sequence[Cell]) -> None:
        depths = [*map(node_depths, cells)]
        #: Nodes of each depth, (network, node); inputs are those of depth 0.
        self.nodes: list[list[tuple[int, int]]] = [[] for _ in range(1 + len(NODES))]
        for node in _INPUTS:
            for network in range(len(cells)):
                self.nodes[0].append((network, node))
        for network, depth in enumerate(depths):
            for node in NODES:
                self.nodes[depth[node]].append((network, node))
        rows: dict[tuple[int, int], int] = {}
        for nodes in self.nodes:
            rows |= {node: row for row, node in enumerate(nodes)}
        #: Edges whose sources have each depth.
        self.phases: list[list[Term]] = [[] for _ in NODES]
        for network, (cell, depth) in enumerate(zip(cells, depths, strict=True)):
            for number, edge in enumerate(cell.edges):
                source, target = rows[network, edge.source], rows[network, edge.target]
                term = Term(network, number, edge, source, depth[edge.target], target)
                self.phases[depth[edge.source]].append(term)

    @property
    def order(self) -> list[int]:
        """Rows of all nodes but inputs, which come depth after depth, in the order of networks and nodes."""
        nodes = [*chain.from_iterable(self.nodes[1:])]
        return sorted(range(len(nodes)), key=nodes.__getitem__)


def node_depths(cell: Cell) -> list[int]:
    """The longest way from an input to each node, 0-5, counted in edges."""
    depths = [0, 0]
    for first, second in zip(cell.edges[::2], cell.edges[1::2], strict=True):
        depths.append(1 + max(depths[first.source], depths[second.source]))
    return depths
