"""The space inside the sandbox is that of nb301."""

from __future__ import annotations

import json
import math
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.inside.space import CELLS, OPS, Space
from nb301.formats import read
from nb301.space import Genotype, Op, neighbours

SPACE = Space()


def inside(genotype):
    return SPACE.from_text(str(genotype))


def test_ops_are_those_of_nb301():
    """In the same order, under the same names."""
    assert tuple(op.name for op in Op) == OPS


@given(st.from_type(Genotype))
def test_text_and_json_are_those_of_nb301(genotype):
    """Both sides read what the other writes."""
    written = inside(genotype)

    assert SPACE.to_text(written) == str(genotype)
    assert read(json.loads(json.dumps(written))) == genotype
    SPACE.validate(written)


@given(st.from_type(Genotype))
def test_neighbours_are_those_of_nb301(genotype):
    """All 120, and no other."""
    changed = list(map(read, SPACE.neighbours(inside(genotype))))

    assert len(changed) == 120
    assert {*changed} == {*neighbours(genotype)}


@given(st.from_type(Genotype), st.integers(0, 2**32))
def test_mutation_is_a_neighbour(genotype, seed):
    """One edge has another op or source, and the parent stays as it was."""
    parent = inside(genotype)
    child = SPACE.mutate(parent, random.Random(seed))

    SPACE.validate(child)
    assert read(child) in neighbours(genotype)
    assert parent == inside(genotype)


@pytest.mark.parametrize("rng", [random.Random(0), np.random.default_rng(0)])
def test_sampling_is_uniform(rng):
    """Every pair of inputs and every op is as likely as the others; both kinds of generators do."""
    n = 4000
    drawn = [SPACE.random(rng) for _ in range(n)]
    for cell in CELLS:
        ops = Counter(genotype[cell][7][0] for genotype in drawn)
        pairs = Counter((genotype[cell][6][1], genotype[cell][7][1]) for genotype in drawn)
        assert (len(ops), len(pairs)) == (7, 10)
        for counts in (ops, pairs):
            expected = n / len(counts)
            # chi-squared with 6 and 9 degrees of freedom: 27.9 is exceeded once in a thousand times
            assert sum((count - expected) ** 2 / expected for count in counts.values()) < 27.9
    for genotype in drawn[:100]:
        SPACE.validate(genotype)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: "normal", "a genotype is a dict"),
        (lambda g: {"normal": g["normal"]}, "a genotype is a dict"),
        (lambda g: {**g, "reduce": g["reduce"][:7]}, "reduce cell: expected eight"),
        (lambda g: {**g, "normal": [["none", 0], *g["normal"][1:]]}, "normal cell, node 2: op 'none'"),
        (lambda g: {**g, "normal": [["skip_connect", 2], *g["normal"][1:]]}, "node 2: inputs"),
        (lambda g: {**g, "normal": [g["normal"][1], *g["normal"][1:]]}, "expected two different from 0-1"),
        (lambda g: {**g, "normal": [["skip_connect", True], *g["normal"][1:]]}, "node 2: inputs"),
        (lambda g: {**g, "normal": ["skip_connect", *g["normal"][1:]]}, r"expected an \[op, source\] pair"),
    ],
)
def test_validate_names_what_is_wrong(change, message):
    """The author is told the cell, the node and what would be right; nb301 refuses the same."""
    wrong = change(SPACE.random(random.Random(1)))

    with pytest.raises(ValueError, match=message):
        SPACE.validate(wrong)
    with pytest.raises((ValueError, TypeError)):
        read(wrong)


@given(st.from_type(Genotype))
def test_validates_integers_of_numpy(genotype):
    """Sources may be numpy's integers; its booleans, and floats, are none."""
    written = inside(genotype)
    for convert, is_right in ((np.int64, True), (np.uint8, True), (np.bool_, False), (float, False)):
        changed = {}
        for cell in CELLS:
            changed[cell] = [[op, convert(source)] for op, source in written[cell]]
        if is_right:
            SPACE.validate(changed)
            assert SPACE.to_text(changed) == str(genotype)
        else:
            with pytest.raises(ValueError, match="inputs"):
                SPACE.validate(changed)


@given(st.from_type(Genotype))
def test_choices_make_every_genotype(genotype):
    """Each option of each of the 22 is one, and no other choice of them makes the same."""
    genotype, chosen = inside(genotype), {}
    for cell in CELLS:
        for node in (2, 3, 4, 5):
            pair = genotype[cell][2 * node - 4 : 2 * node - 2]
            chosen[f"{cell}_sources_{node}"] = "+".join(str(source) for _, source in pair)
            for edge in (0, 1):
                chosen[f"{cell}_op_{node}_{edge}"] = pair[edge][0]
        assert chosen.pop(f"{cell}_sources_2") == "0+1"
    assert chosen.keys() == SPACE.choices.keys()
    assert all(chosen[name] in options for name, options in SPACE.choices.items())
    assert SPACE.from_choices(chosen) == genotype


def test_choices_are_as_many_as_genotypes():
    """22 of them: 180 squared times 7 to the 16th."""
    assert len(SPACE.choices) == 22
    assert math.prod(map(len, SPACE.choices.values())) == 180**2 * 7**16
