"""Edits of genotypes: one op or one source changed."""

from __future__ import annotations

import numpy as np

from nb301.errors import GenotypeError, shown
from nb301.space.cells import Cell
from nb301.space.edges import CELL_NAMES, INPUT_PAIRS, Op
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
    # every op edit is as likely as another; a node's source edits are as many as its free sources,
    # so the edge is drawn first, as in Real et al.
    changes_op = rng.random() < 0.5
    edge = int(rng.integers(8)) if changes_op else 2 + int(rng.integers(6))
    code = getattr(genotype, cell_name).code
    options = _other_ops(code, edge) if changes_op else _free_sources(code, edge)
    option = options[rng.integers(len(options))]
    edited = _with_op(code, edge, option) if changes_op else _with_source(code, edge, option)
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
            codes = [_with_op(code, edge, op) for op in _other_ops(code, edge)]
            codes += [_with_source(code, edge, source) for source in _free_sources(code, edge)]
            edited += [_with_cell(genotype, cell_name, new_code) for new_code in codes]
    return edited


def _check_genotype(genotype: object) -> None:
    if not isinstance(genotype, Genotype):
        raise GenotypeError(
            f"expected a Genotype, got {shown(genotype)}: nb301.formats.read reads other notations"
        )


def _with_cell(genotype: Genotype, cell_name: str, code: bytes) -> Genotype:
    cell = Cell(code)
    return Genotype(cell, genotype.reduce) if cell_name == "normal" else Genotype(genotype.normal, cell)


#: By op, all others.
_OTHER_OPS = [bytes(other for other in Op if other != op) for op in Op]
#: By node and its two sources, the nodes before it that it does not read.
_FREE_SOURCES = {
    node: {pair: bytes(sorted({*range(node)} - {*pair})) for pair in pairs}
    for node, pairs in INPUT_PAIRS.items()
}


def _other_ops(code: bytes, edge: int) -> bytes:
    """The six ops that `edge` has not."""
    return _OTHER_OPS[code[2 * edge + 1]]


def _free_sources(code: bytes, edge: int) -> bytes:
    """The 0 to 3 sources that the edge's target does not read."""
    first = 4 * (edge // 2)
    return _FREE_SOURCES[2 + edge // 2][code[first], code[first + 2]]


def _with_op(code: bytes, edge: int, op: int) -> bytes:
    """The code with another op on `edge`."""
    return code[: 2 * edge + 1] + bytes((op,)) + code[2 * edge + 2 :]


def _with_source(code: bytes, edge: int, source: int) -> bytes:
    """The code with another source on `edge`; the smaller source of a node comes first."""
    first = 4 * (edge // 2)
    kept = code[first + 2 : first + 4] if edge % 2 == 0 else code[first : first + 2]
    moved = bytes((source, code[2 * edge + 1]))
    pair = kept + moved if kept < moved else moved + kept
    return code[:first] + pair + code[first + 4 :]
