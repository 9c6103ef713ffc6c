"""Cells as lists of pairs: DARTS', GDAS' and NASLib's."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301 import formats
from nb301.errors import GenotypeError
from nb301.space import NODES, Cell, Genotype, Op, sample

GENOTYPES = st.from_type(Genotype)


@given(GENOTYPES, st.lists(st.booleans(), min_size=8, max_size=8))
def test_order_of_a_nodes_edges_does_not_matter(genotype, swaps):
    """A node's two edges may come in any order in DARTS' and NASLib's notations."""
    darts, naslib = formats.to_darts(genotype), formats.to_naslib(genotype)

    def swapped(pairs, swaps):
        return [
            pair
            for i, swap in enumerate(swaps)
            for pair in (pairs[2 * i : 2 * i + 2][::-1] if swap else pairs[2 * i : 2 * i + 2])
        ]

    mixed = darts._replace(normal=swapped(darts.normal, swaps[:4]), reduce=swapped(darts.reduce, swaps[4:]))
    assert formats.from_darts(mixed) == genotype
    assert formats.from_naslib((swapped(naslib[0], swaps[:4]), swapped(naslib[1], swaps[4:]))) == genotype


def test_golden_darts(darts_v2):
    """DARTS' own printed genotype is read, also with DARTS' `range(2, 6)`, and written in its form."""
    genotype = formats.read(darts_v2)
    assert formats.read(darts_v2.replace("[2, 3, 4, 5]", "range(2, 6)")) == genotype
    written = formats.to_darts(genotype)
    assert repr(written).startswith("Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ")
    assert formats.from_darts(SimpleNamespace(normal=written.normal, reduce=written.reduce)) == genotype


GENOTYPES = st.from_type(Genotype)


def test_hints_at_ops_numbered_with_none():
    """Tuples numbered with DARTS' `none` = 0 are told so where one has an op 7."""
    last = Cell.from_edges((source, node, Op.dil_conv_5x5) for node in NODES for source in (0, 1))
    shifted = [[(s, np.int64(op) + 1) for s, op in cell] for cell in formats.to_naslib(Genotype(last, last))]
    for written in (shifted, np.array(shifted), str(np.array(shifted).tolist())):
        with pytest.raises(GenotypeError, match=r"normal cell, edge 0 -> 2 has op 7.*none = 0.*subtract 1"):
            formats.read(written)


def test_refuses_numbers_where_darts_has_names():
    """NASLib's (source, op) in DARTS' fields would be another architecture."""
    normal, reduce = formats.to_naslib(sample(np.random.default_rng(0)))
    with pytest.raises(GenotypeError, match="normal cell, node 2: expected the op's name first"):
        formats.read({"normal": normal, "reduce": reduce})
    with pytest.raises(GenotypeError, match="pair"):
        formats.read({"normal": sample(np.random.default_rng(0)).normal.edges, "reduce": reduce})
