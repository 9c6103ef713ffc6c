"""Architectures that no optimizer proposes: the sets behind the claims on special regions.

The functions that a collection calls have the names of their sources, and take its generator, the collection
and what earlier ones evaluated.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, product

import numpy as np

from nb301.collection.base import Collection, Earlier
from nb301.errors import TableError
from nb301.optimizers.base import Observation
from nb301.space import INPUT_PAIRS, NODES, PARAMETER_FREE, Genotype, Op, from_codes, sample_many, to_codes

#: Repeats for each number of parameter-free ops (Appendix D.6).
_REPEATS = 4
#: Architectures that D.6's replacements start from; the paper starts from its test set.
BASES = 10
#: Operation sets for each topology (Appendix D.7).
_OP_SETS = 10
#: Trainings of an architecture beside its first (Section 3.3).
_MORE_SEEDS = 4


class Listed:
    """Proposes a list of architectures in its order, as an optimizer; learns nothing.

    Args:
        genotypes: What to propose; asking for more raises `StopIteration`.
    """

    def __init__(self, genotypes: Sequence[Genotype]) -> None:
        self._left = iter(genotypes)

    def ask(self) -> Genotype:
        """Propose the next of the list."""
        return next(self._left)

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Learn nothing."""


def skip(rng: np.random.Generator, collection: Collection, earlier: Earlier) -> list[Genotype]:  # noqa: ARG001
    """Architectures by the number of edges with one op, that of the run's number."""
    return parameter_free(rng, Op(collection.run), **collection.settings)


def topology(rng: np.random.Generator, collection: Collection, earlier: Earlier) -> list[Genotype]:  # noqa: ARG001
    """All topologies with a few op sets."""
    return topologies(rng)


def low_par(rng: np.random.Generator, collection: Collection, earlier: Earlier) -> list[Genotype]:  # noqa: ARG001
    """Architectures that are poor for their parameter-free ops."""
    return poorly_performing(rng, collection.evaluations)


def seeds(rng: np.random.Generator, collection: Collection, earlier: Earlier) -> list[Genotype]:
    """Architectures of an earlier collection, to train them again.

    Raises:
        TableError: The collection does not say after which other one it comes.
    """
    if collection.after is None:
        raise TableError("seeds train again what another collection has evaluated: `after` says which")
    evaluated = [*map(Genotype.parse, earlier[collection.after]["genotype"])]
    return repeated(evaluated, rng, **collection.settings)


def with_parameter_free(
    genotype: Genotype, op: Op, number: int, rng: np.random.Generator, cell: int = 0
) -> Genotype:
    """Overwrite random ops of a cell with `op` until it has `number` of them (D.6, official_facts F26).

    Args:
        genotype: A genotype with at most `number` edges with `op` in that cell, to reach it exactly.
        op: The op.
        number: 0..8. Where the cell has more, the surplus gets random other ops.
        rng: Where the choices are drawn from.
        cell: 0 for the normal cell, 1 for the reduction cell.
    """
    codes = to_codes([genotype]).copy()
    ops = codes[0, cell, :, 1]
    others = [*Op]
    others.remove(op)
    for edge in rng.permutation(8):
        count = int((ops == op).sum())
        if count < number and ops[edge] != op:
            ops[edge] = op
        elif count > number and ops[edge] == op:
            ops[edge] = others[rng.integers(len(others))]
    return from_codes(codes)[0]


def parameter_free(
    rng: np.random.Generator, op: Op, bases: int = BASES, repeats: int = _REPEATS
) -> list[Genotype]:
    """0..8 edges with `op` in the normal cell, by default 4 repeats from each of ten bases (D.6).

    Returns:
        By number of edges, then base, then repeat.
    """
    genotypes = []
    for number, base, _ in product(range(9), sample_many(rng, bases), range(repeats)):
        genotypes.append(with_parameter_free(base, op, number, rng))
    return genotypes


def topologies(rng: np.random.Generator) -> list[Genotype]:
    """All 180 topologies with each of ten random operation sets, both cells alike (D.7)."""
    codes = np.empty((180 * _OP_SETS, 2, 8, 2), dtype=np.uint8)
    op_sets = rng.integers(len(Op), size=(_OP_SETS, 8))
    pairs = [INPUT_PAIRS[node] for node in NODES]
    for row, (parents, ops) in enumerate(product([*product(*pairs)], op_sets)):
        codes[row, :, :, 0] = np.concatenate(parents)
        codes[row, :, :, 1] = ops
    return from_codes(codes)


def poorly_performing(rng: np.random.Generator, n: int) -> list[Genotype]:
    """Architectures with five or more equal parameter-free ops in the normal cell.

    The paper adds about 1,000 from poorly performing regions (Section 3.1) and does not say how they
    were chosen; these are where its optimizers hardly go (C.5).
    """
    genotypes = []
    for base, op in zip(sample_many(rng, n), cycle(PARAMETER_FREE), strict=False):
        genotypes.append(with_parameter_free(base, op, int(rng.integers(5, 9)), rng))
    return genotypes


def repeated(
    genotypes: Sequence[Genotype],
    rng: np.random.Generator,
    architectures: int = 500,
    times: int = _MORE_SEEDS,
) -> list[Genotype]:
    """Some of the architectures, by default four times each for the seeds 2..5 of Section 3.3."""
    distinct = sorted({genotype.canonical() for genotype in genotypes})
    drawn: list[Genotype] = []
    for index in rng.choice(len(distinct), size=min(architectures, len(distinct)), replace=False):
        drawn += [distinct[index]] * times
    return drawn
