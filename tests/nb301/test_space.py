"""The search space: construction, validation, text, sampling."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from nb301.errors import GenotypeError, Nb301Error
from nb301.space import (
    INPUT_PAIRS,
    NODES,
    SPACE_SIZE,
    Cell,
    Edge,
    Genotype,
    Op,
    from_codes,
    keys_of_canonical,
    sample,
    sample_in_turn,
    sample_many,
    to_codes,
)

GENOTYPES = st.from_type(Genotype)
SEP = Op.sep_conv_3x3
#: The edges of a valid cell; tests below break one thing each.
EDGES = [(source, node, SEP) for node in NODES for source in (0, 1)]
DARTS_V2_TEXT = (
    "normal:sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1"
    "/skip_connect@0+sep_conv_3x3@1/skip_connect@0+dil_conv_3x3@2,"
    "reduce:max_pool_3x3@0+max_pool_3x3@1/max_pool_3x3@1+skip_connect@2"
    "/max_pool_3x3@0+skip_connect@2/max_pool_3x3@1+skip_connect@2"
)


def replaced(index, edge):
    return [*EDGES[:index], edge, *EDGES[index + 1 :]]


def test_counts_the_space():
    """The space has 180^2 * 7^16 genotypes, 1.077e18 (official_facts F27)."""
    assert [len(INPUT_PAIRS[node]) for node in NODES] == [1, 3, 6, 10]
    assert SPACE_SIZE == 180**2 * 7**16
    assert f"{SPACE_SIZE:.3e}" == "1.077e+18"


def test_orders_ops_as_the_official_space():
    """Op numbers are the official choice indices (official_facts F3)."""
    assert [op.name for op in Op] == [
        *("max_pool_3x3", "avg_pool_3x3", "skip_connect"),
        *("sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"),
    ]


def test_numbers_edges_by_target_and_source():
    """Edge numbers run by target, then source, from 0 to 13 (official_facts F4)."""
    numbers = [Edge(source, node, SEP).number for node in NODES for source in range(node)]
    assert numbers == [*range(14)]


def test_counts_depths_of_all_topologies():
    """The 180 topologies have depth 1, 2, 3 and 4 for 1, 63, 92 and 24 of them (F27)."""
    depths = Counter()
    for sources in itertools.product(*INPUT_PAIRS.values()):
        edges = [(s, node, SEP) for node, pair in zip(NODES, sources, strict=True) for s in pair]
        depths[Cell.from_edges(edges).depth] += 1
    assert depths == {1: 1, 2: 63, 3: 92, 4: 24}


@given(GENOTYPES)
def test_lists_eight_edges_in_order(genotype):
    """A cell's edges are eight, two for each node, ordered by target and source."""
    for cell in (genotype.normal, genotype.reduce):
        assert [edge.target for edge in cell.edges] == [2, 2, 3, 3, 4, 4, 5, 5]
        assert [edge.number for edge in cell.edges] == sorted({edge.number for edge in cell.edges})
        assert sum(cell.count(op) for op in Op) == 8
        assert all(cell.count(op) == [e.op for e in cell.edges].count(op) for op in Op)


@given(GENOTYPES, st.randoms(use_true_random=False))
def test_takes_edges_in_any_order(genotype, random):
    """The order in which edges are given, and with it that of a node's inputs, does not matter."""
    shuffled = [random.sample(cell.edges, 8) for cell in (genotype.normal, genotype.reduce)]
    assert Genotype.from_edges(*shuffled) == genotype


@pytest.mark.parametrize("op", [Op.dil_conv_5x5, "dil_conv_5x5", 6, np.int64(6)])
def test_takes_ops_by_name_or_number(op):
    """An op may be an `Op`, its name or its number."""
    assert Cell.from_edges(replaced(7, (1, 5, op))).edges[7].op is Op.dil_conv_5x5


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        pytest.param(replaced(7, (5, 5, SEP)), ["node 5", "node 5", "before"], id="reads itself"),
        pytest.param(replaced(3, (4, 3, SEP)), ["node 3", "node 4", "before"], id="reads a later node"),
        pytest.param(replaced(5, (0, 4, SEP)), ["node 4", "[0, 0]", "0-3"], id="same input twice"),
        pytest.param(replaced(0, (0, 2, "conv_7x7")), ["0 -> 2", "conv_7x7", "sep_conv_3x3"], id="op name"),
        pytest.param(replaced(0, (0, 2, 7)), ["0 -> 2", "7", "sep_conv_3x3"], id="op number"),
        pytest.param(replaced(0, (0, 2, None)), ["0 -> 2", "None"], id="no op"),
        pytest.param(replaced(0, (0, 2, [3])), ["0 -> 2", "[3]"], id="op list"),
        pytest.param(EDGES[:-1], ["node 5", "[0]"], id="missing edge"),
        pytest.param([], ["node 2", "[]"], id="no edges"),
        pytest.param([*EDGES, (2, 4, SEP)], ["node 4", "[0, 1, 2]"], id="too many edges"),
        pytest.param(replaced(0, (0, 6, SEP)), ["0 -> 6", "2-5"], id="target 6"),
        pytest.param(replaced(0, (0, 1, SEP)), ["0 -> 1", "2-5"], id="target input"),
        pytest.param(replaced(2, (-1, 3, SEP)), ["node 3", "-1", "0-2"], id="negative source"),
        pytest.param(replaced(2, (False, 3, SEP)), ["node 3", "False"], id="bool source"),
        pytest.param(replaced(2, ("0", 3, SEP)), ["node 3", "'0'"], id="text source"),
        pytest.param(replaced(2, (0.0, 3, SEP)), ["node 3", "0.0"], id="float source"),
        pytest.param(replaced(2, (0, 3)), ["(0, 3)"], id="pair"),
        pytest.param(replaced(2, 3), ["3"], id="number"),
    ],
)
@pytest.mark.parametrize("name", ["normal", "reduce"])
def test_names_what_is_wrong(name, edges, words):
    """A bad edge is refused with the names of cell, node and edge."""
    cells = {"normal": EDGES, "reduce": EDGES, name: edges}
    with pytest.raises(GenotypeError) as caught:
        Genotype.from_edges(**cells)
    message = str(caught.value)
    assert message.startswith(f"{name} cell, ")
    assert all(word in message for word in words)
    assert isinstance(caught.value, (ValueError, Nb301Error))


@pytest.mark.parametrize(
    "code",
    [
        b"",
        bytes(16),
        b"x" * 15,
        "0" * 16,
        None,
        bytes([0, 0, 1, 0] * 3 + [0, 0, 5, 0]),
        bytes([0, 7, 1, 0] * 4),
    ],
)
def test_refuses_bad_codes(code):
    """A cell cannot be made of bytes that describe none."""
    with pytest.raises(GenotypeError):
        Cell(code)


def test_refuses_what_is_no_cell():
    """A genotype is made of cells only, and the error names which is none."""
    with pytest.raises(GenotypeError, match="reduce cell"):
        Genotype(Cell.from_edges(EDGES), bytes(16))


@given(GENOTYPES)
def test_text_round_trip(genotype):
    """The text form reads back as the same genotype."""
    assert Genotype.parse(str(genotype)) == genotype
    assert Genotype.parse(f" {genotype}\n") == genotype


def test_text_golden():
    """The text form is a format: it does not change."""
    assert str(Genotype.parse(DARTS_V2_TEXT)) == DARTS_V2_TEXT


@pytest.mark.parametrize(
    ("found", "put", "words"),
    [
        ("normal:", "", ["normal:CELL,reduce:CELL"]),
        (",reduce:", ";reduce:", ["normal:CELL,reduce:CELL"]),
        (DARTS_V2_TEXT, "", ["normal:CELL,reduce:CELL"]),
        ("/skip_connect@0+dil_conv_3x3@2,", ",", ["normal cell", "four nodes", "got 3"]),
        ("dil_conv_3x3@2", "dil_conv_3x3", ["normal cell", "node 5", "dil_conv_3x3"]),
        ("dil_conv_3x3@2", "dil_conv_3x3@-2", ["normal cell", "node 5", "@-2"]),
        ("dil_conv_3x3@2", "dil_conv_3x3@5", ["normal cell", "node 5"]),
        ("dil_conv_3x3@2", "dil_conv@2", ["normal cell", "2 -> 5", "dil_conv"]),
        ("dil_conv_3x3@2", "dil_conv_3x3@0", ["normal cell", "node 5", "[0, 0]"]),
        ("dil_conv_3x3@2", "dil_conv_3x3@2+dil_conv_3x3@1", ["normal cell", "node 5", "[0, 2, 1]"]),
        ("reduce:max_pool_3x3@0", "reduce:max_pool_3x3@2", ["reduce cell", "node 2"]),
        ("dil_conv_3x3@2", "dil_conv_3x3@" + "9" * 5000, ["normal cell", "node 5"]),
    ],
)
def test_names_what_is_wrong_in_text(found, put, words):
    """A text that cannot be read is refused with the names of cell, node and edge."""
    with pytest.raises(GenotypeError) as caught:
        Genotype.parse(DARTS_V2_TEXT.replace(found, put))
    assert all(word in str(caught.value) for word in words)


@given(st.text())
def test_parse_refuses_any_other_text(text):
    """No text but a genotype's is read, and the error is always a GenotypeError."""
    with pytest.raises(GenotypeError):
        Genotype.parse(text)


@given(GENOTYPES, GENOTYPES)
def test_equality_hash_and_order(one, other):
    """Genotypes are equal iff their edges are; they hash and sort accordingly."""
    same_edges = (one.normal.edges, one.reduce.edges) == (other.normal.edges, other.reduce.edges)
    assert (one == other) is same_edges
    assert len({one, other, Genotype.parse(str(one))}) == (1 if same_edges else 2)
    assert (one < other) + (other < one) + (one == other) == 1
    assert one != str(one)


@pytest.mark.parametrize(("part", "field"), [("genotype", "normal"), ("cell", "code")])
def test_is_immutable(part, field):
    """Neither a genotype nor its cells can be changed."""
    genotype = Genotype.parse(DARTS_V2_TEXT)
    value = genotype if part == "genotype" else genotype.normal
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, getattr(value, field))


@given(st.lists(GENOTYPES, max_size=4))
def test_codes_round_trip(genotypes):
    """Packing genotypes into an array and unpacking it gives them back."""
    codes = to_codes(genotypes)
    assert codes.shape == (len(genotypes), 2, 8, 2)
    assert from_codes(codes) == genotypes


def test_samples_uniformly():
    """Topologies and ops of sampled genotypes are uniform in both cells, and independent of each other."""
    codes = to_codes(sample_many(np.random.default_rng(0), 20_000))
    topologies = [c.tobytes() for c in np.ascontiguousarray(codes[..., 0]).reshape(-1, 8)]
    for cell in range(2):
        counts = Counter(topologies[cell::2])
        assert len(counts) == 180
        assert chisquare([*counts.values()]).pvalue > 1e-3
        for edge in range(8):
            assert chisquare(np.bincount(codes[:, cell, edge, 1], minlength=7)).pvalue > 1e-4
    pairs = np.bincount(codes[:, 0, 7, 1] * 7 + codes[:, 1, 7, 1], minlength=49)
    assert chisquare(pairs).pvalue > 1e-3


def test_sampling_is_reproducible():
    """Equal generators give equal genotypes, and the generator moves on."""
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    drawn = [sample(one) for _ in range(20)]
    assert drawn == [sample(other) for _ in range(20)]
    assert len(set(drawn)) == 20
    assert sample_many(one, 0) == []


@pytest.mark.parametrize("n", [1, 2, 17])
def test_sampling_in_turn_is_sampling(n):
    """Genotypes drawn together are those drawn one after the other, and leave the generator alike."""
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    assert sample_in_turn(one, n) == [sample(other) for _ in range(n)]
    assert one.bit_generator.state == other.bit_generator.state


@given(st.lists(st.from_type(Genotype), max_size=4))
def test_keys_of_many(genotypes):
    """Keys of canonical codes are the genotypes' own."""
    canonical = to_codes([genotype.canonical() for genotype in genotypes])
    assert keys_of_canonical(canonical).tolist() == [genotype.key for genotype in genotypes]
    for genotype, code in zip(genotypes, canonical, strict=True):
        assert genotype.canonical_code == code.tobytes()
