"""The DARTS cell space: genotypes, uniform sampling, edits, canonical form (Appendix C.1).

It may import `display` and `errors`.
"""

from nb301.space.cells import Cell
from nb301.space.codes import from_codes, keys_of_canonical, to_codes
from nb301.space.edges import (
    CELL_NAMES,
    FIRST_EDGE,
    INPUT_PAIRS,
    NODES,
    PARAMETER_FREE,
    SPACE_SIZE,
    Edge,
    Op,
    no_op,
    op_of,
)
from nb301.space.edits import mutate, neighbours
from nb301.space.genotypes import Genotype, key_of
from nb301.space.renaming import renaming_positions
from nb301.space.sampling import check_generator, sample, sample_in_turn, sample_many

__all__ = [
    "CELL_NAMES",
    "FIRST_EDGE",
    "INPUT_PAIRS",
    "NODES",
    "PARAMETER_FREE",
    "SPACE_SIZE",
    "Cell",
    "Edge",
    "Genotype",
    "Op",
    "check_generator",
    "from_codes",
    "key_of",
    "keys_of_canonical",
    "mutate",
    "neighbours",
    "no_op",
    "op_of",
    "renaming_positions",
    "sample",
    "sample_in_turn",
    "sample_many",
    "to_codes",
]
