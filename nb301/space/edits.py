"""Edits of genotypes: one op or one source changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

import numpy as np

from nb301.errors import GenotypeError, shown
from nb301.space.cells import Cell
from nb301.space.edges import CELL_NAMES, Op
from nb301.space.genotypes import Genotype
from nb301.space.sampling import check_generator


def mutate(genotype: Genotype, rng: np.random.Generator, *, identity: float = 0.05) -> Genotype:
    """Mutate as regularized evolution does (Appendix C.3): a parent, an op or nothing.

    One of the two cells is chosen evenly; then, with probability `identity`, nothing changes, and
    otherwise, evenly, one edge gets another op or one edge of a node 3-5 another source.

    Args:
        genotype: The parent.
        rng: Where the choices are drawn from.
        identity: Probability of no change, 0..1. The paper names the case without its
            probability; 0.05 is Real et al. (2019).

    Raises:
        GenotypeError: The parent is no `Genotype`.
        GeneratorError: `rng` is no `numpy.random.Generator`.
    """
    _check_genotype(genotype)
    check_generator(rng)
    cell_name = CELL_NAMES[rng.integers(2)]
    if rng.random() < identity:
        return genotype
    edits = _op_edits if rng.random() < 0.5 else _source_edits
    # every op edit is as likely as another; a node's source edits are as many as its free sources,
    # so the edge is drawn first, as in Real et al.
    edges = range(8) if edits is _op_edits else range(2, 8)
    edge = edges[rng.integers(len(edges))]
    # sources that are free: those before the node but two
    options = len(Op) - 1 if edits is _op_edits else edge // 2
    code = getattr(genotype, cell_name).code
    edited = next(islice(edits(code, edge), int(rng.integers(options)), None))
    return _with_cell(genotype, cell_name, edited)


def neighbours(genotype: Genotype) -> list[Genotype]:
    """All 120 genotypes that differ in one edge's op (96) or one edge's source (24).

    Raises:
        GenotypeError: It is no `Genotype`.
    """
    _check_genotype(genotype)
    edited: list[Genotype] = []
    for cell_name in CELL_NAMES:
        code = getattr(genotype, cell_name).code
        for edge in range(8):
            codes = chain(_op_edits(code, edge), _source_edits(code, edge))
            edited.extend(_with_cell(genotype, cell_name, new_code) for new_code in codes)
    return edited


def _check_genotype(genotype: object) -> None:
    if not isinstance(genotype, Genotype):
        raise GenotypeError(
            f"expected a Genotype, got {shown(genotype)}: nb301.formats.read reads other notations"
        )


def _with_cell(genotype: Genotype, cell_name: str, code: bytes) -> Genotype:
    cell = Cell(code)
    return Genotype(cell, genotype.reduce) if cell_name == "normal" else Genotype(genotype.normal, cell)


def _op_edits(code: bytes, edge: int) -> Iterator[bytes]:
    """The six codes with another op on `edge`."""
    for op in range(len(Op)):
        if op != code[2 * edge + 1]:
            yield code[: 2 * edge + 1] + bytes([op]) + code[2 * edge + 2 :]


def _source_edits(code: bytes, edge: int) -> Iterator[bytes]:
    """The codes with another free source on `edge`: 0 to 3, by the edge's target."""
    first = 4 * (edge // 2)
    kept = code[first + 2 : first + 4] if edge % 2 == 0 else code[first : first + 2]
    op = code[2 * edge + 1]
    for source in range(2 + edge // 2):
        if source not in (code[first], code[first + 2]):
            pair = sorted([kept, bytes([source, op])])
            yield code[:first] + pair[0] + pair[1] + code[first + 4 :]
