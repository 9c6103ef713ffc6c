"""The DARTS cell space for submissions, without dependencies: describe, sample, mutate, check, read, write.

A genotype is plain data, which JSON can carry, in the notation of DARTS (Liu et al., 2019b):

    {"normal": [[op, source], ... eight pairs], "reduce": [[op, source], ... eight pairs]}

Pairs 2i and 2i + 1 of a cell are the two edges into node 2 + i. Nodes 0 and 1 are the outputs of the
two previous cells; the nodes 2-5 read two different earlier nodes each.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, Protocol

#: A genotype as described above.
Genotype = dict[str, list[list[Any]]]

OPS = (
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
)
CELLS = ("normal", "reduce")
#: Edges of a cell, two into each of the nodes 2-5.
EDGES = 8


def _choices() -> dict[str, tuple[str, ...]]:
    choices: dict[str, tuple[str, ...]] = {}
    for cell in CELLS:
        for node in (3, 4, 5):
            pairs = itertools.combinations(range(node), 2)
            choices[f"{cell}_sources_{node}"] = tuple(f"{a}+{b}" for a, b in pairs)
        for node in (2, 3, 4, 5):
            for edge in (0, 1):
                choices[f"{cell}_op_{node}_{edge}"] = OPS
    return choices


class Generator(Protocol):
    """Both `random.Random(seed)` and `numpy.random.default_rng(seed)`."""

    def random(self) -> float:
        """Draw uniformly from [0, 1)."""


class Training:
    """A training of some epochs; see `Space.training`."""

    def __init__(self, genotype: Any, epochs: int, resumes: Training | None) -> None:
        self.genotype, self.epochs, self.resumes = genotype, epochs, resumes


class Space:
    """The search space, as submissions get it."""

    ops = OPS
    cells = CELLS
    #: The space as 22 unordered choices, by name with their options, for libraries that know categories: a
    #: pair of sources such as '0+2' for each of the nodes 3-5, and an op for each edge, of both cells.
    choices: Mapping[str, tuple[str, ...]] = _choices()

    def from_choices(self, chosen: Mapping[str, str]) -> Genotype:
        """Make a genotype of an option for each of `choices`."""
        genotype: Genotype = {}
        for cell in CELLS:
            genotype[cell] = []
            for node in (2, 3, 4, 5):
                sources = chosen.get(f"{cell}_sources_{node}", "0+1").split("+")
                for edge, source in enumerate(sources):
                    genotype[cell].append([chosen[f"{cell}_op_{node}_{edge}"], int(source)])
        return genotype

    def random(self, rng: Generator) -> Genotype:
        """Draw one of all 180^2 * 7^16 genotypes uniformly."""
        return {cell: self._random_cell(rng) for cell in CELLS}

    def mutate(self, genotype: Genotype, rng: Generator) -> Genotype:
        """Change one edge's op, or one edge's source, as evenly as the paper does (Appendix C.3)."""
        which = CELLS[_below(2, rng)]
        edits = self._op_edits if rng.random() < 0.5 else self._source_edits
        first = 0 if edits == self._op_edits else 2  # node 2 has no other source to read
        options = edits(genotype[which], first + _below(EDGES - first, rng))
        return {**_copied(genotype), which: options[_below(len(options), rng)]}

    def neighbours(self, genotype: Genotype) -> list[Genotype]:
        """All 120 genotypes that differ in one edge's op (96) or one edge's source (24)."""
        neighbours = []
        for which in CELLS:
            for edge in range(EDGES):
                edits = self._op_edits(genotype[which], edge) + self._source_edits(genotype[which], edge)
                neighbours += [{**_copied(genotype), which: cell} for cell in edits]
        return neighbours

    def validate(self, genotype: Any) -> None:
        """Check a genotype.

        Raises:
            ValueError: Names the cell, the node and what would be right.
        """
        if not isinstance(genotype, dict) or set(genotype) != set(CELLS):
            raise ValueError(f"a genotype is a dict with the cells {CELLS}, got {genotype!r:.200}")
        for name in CELLS:
            pairs = genotype[name]
            if not isinstance(pairs, (list, tuple)) or len(pairs) != EDGES:
                raise ValueError(f"{name} cell: expected eight [op, source] pairs, got {pairs!r:.200}")
            for index in range(0, EDGES, 2):
                _check_node(name, 2 + index // 2, pairs[index : index + 2])

    def training(self, genotype: Any, epochs: int, resumes: Training | None = None) -> Training:
        """What to propose where trainings may pause: `genotype` trained until it has had `epochs`.

        Args:
            genotype: In any notation.
            epochs: Of the whole training's 98; of all of them its best one counts.
            resumes: A training of the same genotype that has paused, which this one goes on with: it costs
                the rest alone. Without it a new one begins.
        """
        return Training(genotype, epochs, resumes)

    def to_text(self, genotype: Genotype) -> str:
        """Write the text form of nb301: 'normal:op@source+op@source/...,reduce:...'."""
        return ",".join(f"{name}:{_cell_text(genotype[name])}" for name in CELLS)

    def from_text(self, text: str) -> Genotype:
        """Read what `to_text` writes.

        Raises:
            ValueError: It is no genotype.
        """
        genotype: Genotype = {}
        for part in text.split(","):
            name, _, cell = part.partition(":")
            genotype[name] = _read_cell(cell)
        self.validate(genotype)
        return genotype

    def _random_cell(self, rng: Generator) -> list[list[Any]]:
        cell = []
        for node in (2, 3, 4, 5):
            inputs = [(a, b) for b in range(node) for a in range(b)]
            a, b = inputs[_below(len(inputs), rng)]
            cell += [[OPS[_below(len(OPS), rng)], a], [OPS[_below(len(OPS), rng)], b]]
        return cell

    def _op_edits(self, cell: list[list[Any]], edge: int) -> list[list[list[Any]]]:
        op, source = cell[edge]
        return [_replaced(cell, edge, [other, source]) for other in OPS if other != op]

    def _source_edits(self, cell: list[list[Any]], edge: int) -> list[list[list[Any]]]:
        taken = cell[edge][1], cell[edge ^ 1][1]
        edits = []
        for source in range(2 + edge // 2):
            if source not in taken:
                edits.append(_replaced(cell, edge, [cell[edge][0], source]))
        return edits


def _below(n: int, rng: Generator) -> int:
    return int(rng.random() * n)


def _copied(genotype: Genotype) -> Genotype:
    return {name: _copied_cell(cell) for name, cell in genotype.items()}


def _copied_cell(cell: list[list[Any]]) -> list[list[Any]]:
    return list(map(list, cell))


def _replaced(cell: list[list[Any]], edge: int, pair: list[Any]) -> list[list[Any]]:
    """A copy with another pair; a node's smaller source comes first, so that equal cells are equal."""
    new = _copied_cell(cell)
    new[edge] = pair
    first = edge & ~1
    new[first : first + 2] = sorted(new[first : first + 2], key=lambda pair: int(pair[1]))
    return new


def _check_node(name: str, node: int, pairs: Any) -> None:
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise ValueError(f"{name} cell, node {node}: expected an [op, source] pair, got {pair!r:.200}")
        if pair[0] not in OPS:
            raise ValueError(f"{name} cell, node {node}: op {pair[0]!r:.200}, expected one of {OPS}")
    sources = [pairs[0][1], pairs[1][1]]
    earlier = range(node)
    is_input = all(_is_integer(source) and source in earlier for source in sources)
    if not is_input or sources[0] == sources[1]:
        raise ValueError(
            f"{name} cell, node {node}: inputs {sources!r:.200}, expected two different from 0-{node - 1}"
        )


def _is_integer(value: Any) -> bool:
    """Whether a value is an integer, be it one of numpy; True is equal to one, but means none."""
    return type(value) is int or (hasattr(value, "__index__") and "int" in type(value).__name__)


def _cell_text(cell: list[list[Any]]) -> str:
    words = [f"{op}@{source}" for op, source in cell]
    return "/".join(map("+".join, zip(words[::2], words[1::2], strict=True)))


def _read_cell(text: str) -> list[list[Any]]:
    """Read what `_cell_text` writes; whether it is a cell is not looked at."""
    cell: list[list[Any]] = []
    for word in text.replace("/", "+").split("+"):
        op, _, source = word.partition("@")
        cell.append([op, int(source) if source.isdecimal() else source])
    return cell
