"""The terms of architectures, counted one by one as their definitions say."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nb301.space import Genotype, Op, to_codes
from nb301.truth.emulation.terms import FREE, SIZES, beyond_free, edge_terms, terms

GENOTYPES = st.from_type(Genotype)


def edges_of(cell):
    """(source, origin, op, target) of a cell's edges."""
    return [(edge.source, min(edge.source, 2), int(edge.op), edge.target) for edge in cell.edges]


def counted(genotype):
    """Terms of a genotype by kind: what they are of, and how often."""
    kinds = {kind: Counter() for kind in SIZES}
    everywhere = []
    for number, cell in enumerate((genotype.normal, genotype.reduce)):
        edges = edges_of(cell)
        everywhere += [(number, op) for _, _, op, _ in edges]
        for place, (source, origin, op, _) in enumerate(edges):
            kinds["edges"][number, origin, op] += 1
            for other, _, other_op, _ in edges[:place]:
                if other == source:
                    kinds["side_by_side"][(number, origin, *sorted((op, other_op)))] += 1
            for _, first_origin, first_op, target in edges:
                if target == source:
                    kinds["in_line"][number, first_origin, first_op, op] += 1
    for place, one in enumerate(everywhere):
        for other in everywhere[:place]:
            kinds["anywhere"][tuple(sorted((one, other)))] += 1
    return kinds


@given(GENOTYPES, GENOTYPES)
def test_terms_are_edges_and_pairs_of_edges(one, other):
    """Numbers of terms are equal as often as what they stand for is, within a genotype and between two."""
    numbers = terms(to_codes([one, other]))
    assert [*numbers] == [*SIZES]
    for kind, size in SIZES.items():
        assert numbers[kind].min() >= -1
        assert numbers[kind].max() < size
        named = {}
        for genotype, row in zip((one, other), numbers[kind], strict=True):
            by_number = Counter(row[row >= 0].tolist())
            assert sorted(by_number.values()) == sorted(counted(genotype)[kind].values())
            named[genotype] = by_number
        shared = counted(one)[kind] & counted(other)[kind]
        assert sum((named[one] & named[other]).values()) == sum(shared.values())


@given(GENOTYPES)
def test_terms_of_isomorphic_genotypes_are_the_same(genotype):
    """Names of intermediate nodes do not matter, but for the order in which terms are listed."""
    own, canonical = terms(to_codes([genotype])), terms(to_codes([genotype.canonical()]))
    for kind in SIZES:
        assert sorted(own[kind][0]) == sorted(canonical[kind][0])


@given(GENOTYPES)
def test_edge_terms_are_the_first_kind(genotype):
    """What runtimes and curves add up are the same edges."""
    codes = to_codes([genotype])
    assert edge_terms(codes).tolist() == terms(codes)["edges"].tolist()


@given(GENOTYPES)
def test_what_is_beyond_is_squared(genotype):
    """Each op of each cell counts beyond three edges, squared."""
    expected = []
    for cell in (genotype.normal, genotype.reduce):
        ops = Counter(edge.op for edge in cell.edges)
        expected += [max(ops[op] - FREE, 0) ** 2 for op in Op]
    assert beyond_free(to_codes([genotype])).tolist() == [expected]
    assert np.issubdtype(beyond_free(to_codes([genotype])).dtype, np.integer)
