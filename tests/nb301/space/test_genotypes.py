"""Genotypes: text, equality, hash; errors name cell, node and edge."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301.errors import GenotypeError, Nb301Error
from nb301.formats import read
from nb301.space import (
    NODES,
    Cell,
    Genotype,
    Op,
    neighbours,
    sample_many,
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


CELLS, GENOTYPES = st.from_type(Cell), st.from_type(Genotype)


@given(GENOTYPES, st.data())
def test_hash_is_equal_for_isomorphic_genotypes(renamings, genotype, data):
    """Renaming the nodes of either cell changes neither hash nor key."""
    renamed = Genotype(
        *(data.draw(st.sampled_from(sorted(renamings(c)))) for c in (genotype.normal, genotype.reduce))
    )
    assert (renamed.hash, renamed.key) == (genotype.hash, genotype.key)
    assert len(genotype.hash) == 32
    assert genotype.key == int(genotype.hash[:16], 16)


@given(GENOTYPES)
def test_hash_differs_where_genotypes_are_not_isomorphic(renamings, genotype):
    """One edit away, hashes are equal exactly where brute force finds a renaming."""
    isomorphic = {"normal": renamings(genotype.normal), "reduce": renamings(genotype.reduce)}
    for other in neighbours(genotype):
        expected = all(getattr(other, name) in cells for name, cells in isomorphic.items())
        assert (other.hash == genotype.hash) is expected


def test_hash_tells_cells_apart():
    """A genotype with its two cells exchanged is another architecture; random genotypes all differ."""
    drawn = sample_many(np.random.default_rng(3), 2000)
    assert len({genotype.hash for genotype in drawn}) == 2000
    assert all(g.hash != Genotype(g.reduce, g.normal).hash for g in drawn[:100])


def test_hash_golden(darts_v2):
    """Hash and key are the same in every version: noise of all releases hangs on them."""
    cell = Cell(bytes([0, 3, 1, 3] * 4))
    # by coreutils: printf of the 32 bytes (0, 3, 1, 3) * 8, sha256sum
    assert Genotype(cell, cell).hash == "b481c4060ee8c8c4bbaddad2088a8ed2"
    assert Genotype(cell, cell).key == 0xB481C4060EE8C8C4
    # recorded with version 0.1.0; not in canonical form, so it fixes that form, too
    assert read(darts_v2).hash == "de4a59f2a627f46f342d6ea5005cb819"


@given(GENOTYPES)
def test_representation_is_code_that_makes_it(genotype):
    """Genotypes and cells can be pasted from a terminal into a program, or a query."""
    names = {"Genotype": Genotype, "Cell": Cell}
    assert eval(repr(genotype), names) == genotype  # noqa: S307 - made here
    assert eval(repr(genotype.normal), names) == genotype.normal  # noqa: S307
    assert read(repr(genotype)) == genotype


def test_draws_itself():
    """In notebooks both cells stand above the text."""
    genotype = Genotype.parse(DARTS_V2_TEXT)
    drawn = genotype._repr_html_()

    assert drawn.count("<svg") == 2
    assert f"<code>{genotype}</code>" in drawn
    assert genotype.reduce._repr_html_().count("<svg") == 1
