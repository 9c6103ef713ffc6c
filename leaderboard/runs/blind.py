"""Blind runs: ops, inputs and cells have other names in each seed, so that nobody knows what is good.

Who proposes a skip connection gets the op that has its name in this run. Accuracies are those of the
architecture that was trained; entries of one seed and campaign have the same names. Names are hidden, and
behaviour is not: who spends trainings on it can find out what a name stands for. That is a search, and no
time of a training gives it away, see `session`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leaderboard.runs.campaign import Campaign
from nb301.space import CELL_NAMES, Cell, Edge, Genotype, Op

#: Cells, by their names, and their inputs.
_INPUTS = (0, 1)


@dataclass(frozen=True, slots=True)
class Labels:
    """What names stand for in a run."""

    #: The op that has each op's name.
    ops: Mapping[Op, Op]
    #: The input that has each input's number.
    inputs: tuple[int, ...]
    #: The cell that has each cell's name, in the order of `CELL_NAMES`.
    cells: tuple[str, ...]

    @classmethod
    def of(cls, campaign: Campaign, seed: int) -> Labels:
        """The names in runs of a seed: any order is as likely as another, and as secret as the salt."""

        def shuffled(*names: str) -> list[str]:
            return sorted(names, key=lambda name: campaign.digest(f"label {seed} {name}"))

        ops = map(Op.__getitem__, shuffled(*Op.__members__))
        inputs = map(int, shuffled(*map(str, _INPUTS)))
        return cls(dict(zip(Op, ops, strict=True)), tuple(inputs), tuple(shuffled(*CELL_NAMES)))

    def named(self, genotype: Genotype) -> Genotype:
        """The architecture that a genotype's names stand for."""
        cells = dict(zip(self.cells, (genotype.normal, genotype.reduce), strict=True))
        return Genotype(**{name: self._named_cell(cell) for name, cell in cells.items()})

    def _named_cell(self, cell: Cell) -> Cell:
        edges = []
        for edge in cell.edges:
            source = self.inputs[edge.source] if edge.source in _INPUTS else edge.source
            edges.append(Edge(source, edge.target, self.ops[edge.op]))
        return Cell.from_edges(edges)
