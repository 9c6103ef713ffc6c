"""Genotypes as people have them: with numpy's scalars, in tables; and what is none."""

from __future__ import annotations

import json
import time
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nb301 import formats
from nb301.errors import GenotypeError
from nb301.space import Genotype, sample

GENOTYPES = st.from_type(Genotype)


CONFIG = "NetworkSelectorDatasetInfo:darts:"


NOTATION_TEXTS = {
    "text": str,
    "repr": lambda genotype: repr(formats.to_darts(genotype)),
    "naslib repr": lambda genotype: repr(formats.to_naslib(genotype)),
    "naslib JSON": lambda genotype: json.dumps(formats.to_naslib(genotype)),
    "config JSON": lambda genotype: json.dumps(formats.to_config(genotype)),
    "yahpo JSON": lambda genotype: json.dumps(formats.to_yahpo(genotype), indent=2),
    "darts JSON": lambda genotype: json.dumps(formats.to_darts(genotype)._asdict()),
}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 7) | st.floats() | st.sampled_from(["skip_connect", "x", ""]),
    lambda parts: (
        st.lists(parts, max_size=8)
        | st.dictionaries(st.sampled_from([*formats.DartsGenotype._fields, CONFIG + "edge_normal_0"]), parts)
    ),
    max_leaves=20,
)


def test_reads_a_genotype_as_itself():
    """`read` gives a genotype back as it is."""
    genotype = sample(np.random.default_rng(0))
    assert formats.read(genotype) is genotype


def broken(notation, change):
    """Apply `change` to a valid genotype in some notation, made of lists and dicts."""
    value = json.loads(NOTATION_TEXTS[notation](sample(np.random.default_rng(0))))
    change(value)
    return value


def edge(name, value):
    return lambda config: config.update({CONFIG + name: value})


@pytest.mark.parametrize(
    ("notation", "change", "words"),
    [
        (
            "config JSON",
            lambda c: c.pop(CONFIG + "edge_normal_0"),
            ["normal cell", "0 -> 2", "edge_normal_0"],
        ),
        ("config JSON", lambda c: c.pop(CONFIG + "inputs_node_reduce_4"), ["reduce cell", "node 4", "'2_3'"]),
        ("config JSON", edge("inputs_node_normal_3", "0_3"), ["normal cell", "node 3", "0_3", "'1_2'"]),
        ("config JSON", edge("edge_reduce_1", "none"), ["reduce cell", "1 -> 2", "none", "skip_connect"]),
        ("darts JSON", lambda d: d["normal"].pop(), ["normal cell", "eight"]),
        ("darts JSON", lambda d: d.update(reduce="x" * 8), ["reduce cell", "eight"]),
        ("darts JSON", lambda d: d["reduce"][7].pop(), ["reduce cell", "node 5", "pair"]),
        ("darts JSON", lambda d: d["reduce"].__setitem__(6, ["none", 0]), ["reduce cell", "0 -> 5", "none"]),
        ("darts JSON", lambda d: d["normal"].__setitem__(0, [0, "x"]), ["normal cell", "node 2"]),
        ("darts JSON", lambda d: d.update(normal_concat=[2, 3, 4]), ["normal cell", "[2, 3, 4]", "2-5"]),
        ("darts JSON", lambda d: d.update(reduce_concat=5), ["reduce cell", "5"]),
        ("naslib JSON", lambda n: n.append([]), ["genotype"]),
        ("naslib JSON", lambda n: n[1].pop(), ["reduce cell", "eight"]),
        ("naslib JSON", lambda n: n[0].__setitem__(3, [3, 1]), ["normal cell", "node 3"]),
        ("naslib JSON", lambda n: n[0].__setitem__(2, [0, 7]), ["normal cell", "0 -> 3", "7"]),
    ],
)
def test_names_what_is_wrong(notation, change, words):
    """A broken document is refused with the names of cell and node or edge, as object and as JSON."""
    value = broken(notation, change)
    for architecture in (value, json.dumps(value)):
        with pytest.raises(GenotypeError) as caught:
            formats.read(architecture)
        assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    "architecture",
    [
        *(
            None,
            3,
            2.5,
            b"normal",
            object(),
            (),
            [],
            {},
            {1: 2},
            {"normal": 1, "reduce": 2},
            (1, 2),
            "",
            "(",
            "{",
        ),
        *("Genotype()", "f(1)", "Genotype(**{'normal': 1})", "(lambda: 1)()", "\0(", "{'normal': 1}"),
        pytest.param("[" * 100_000, id="deep JSON"),
        pytest.param("(" * 100_000, id="deep Python"),
        pytest.param("Genotype(normal=range(1000000000000000000), reduce=[])", id="endless range"),
    ],
)
def test_refuses_what_is_no_notation(architecture):
    """Whatever is no genotype in any notation gives a GenotypeError and nothing else."""
    with pytest.raises(GenotypeError):
        formats.read(architecture)


@given(JSON)
def test_refuses_any_other_json(value):
    """No nesting of plain values makes `read` raise anything but a GenotypeError."""
    for architecture in (value, json.dumps(value)):
        with pytest.raises(GenotypeError):
            formats.read(architecture)


GENOTYPES = st.from_type(Genotype)


CONFIG = "NetworkSelectorDatasetInfo:darts:"


#: As in everybody's genotypes.py, and as GDAS has it.
Darts = namedtuple("Genotype", "normal normal_concat reduce reduce_concat")  # noqa: PYI024


@settings(max_examples=25)
@given(genotype=GENOTYPES)
def test_reads_what_people_have(write_object, genotype):
    """Objects of other code and libraries are read as they are."""
    assert formats.read(write_object(genotype)) == genotype


#: Larger, deeper or longer than anything that holds a genotype.
MONSTERS = {
    "minuses": "(" + "-" * 6000 + "1)",
    "brackets": "[" * 60_000,
    "both brackets": "([{" * 20_000,
    "calls": "Genotype(" * 7000,
    "names": "a.b." * 16_000,
    "quotes": "'" * 60_000,
    "backslashes": "'" + "\\" * 60_000,
    "spaces": "Genotype" + " " * 60_000,
    "comments": "(#" * 30_000,
    "own text": "normal:" * 9000,
    "edges": "normal:" + "a@0+" * 15_000 + ",reduce:",
    "digits": "Genotype(normal=[(" + "9" * 60_000 + ", 0)], reduce=[])",
    "exponent": "[[[1e999999, 0]]]",
    "commas": "[" + "1," * 30_000 + "]",
    "json": "[" + '{"a":' * 10_000,
    "too long": "x" * 10**7,
    "mapping": {str(number): number for number in range(10**5)},
    "list": [0] * 10**6,
    "pairs": [[[0, 1]] * 10**5] * 2,
    "integer": [[[10**5000, 0]] * 8] * 2,
    "integer as op": [[[0, 10**5000]] * 8] * 2,
    "array": np.zeros((1000, 1000)),
    "range": Darts([], range(10**30), [], range(4)),
    "bytes": b"\xff" * 10**6,
}


@pytest.mark.parametrize("monster", MONSTERS)
def test_refuses_monsters_at_once(monster):
    """Whatever the size and depth, there is one short line, and soon."""
    start = time.process_time()
    with pytest.raises(GenotypeError) as caught:
        formats.read(MONSTERS[monster])
    assert time.process_time() - start < 5  # they take milliseconds; without bounds they take minutes
    assert len(str(caught.value)) < 1500
    assert "\n" not in str(caught.value)


def test_refuses_what_is_nested_without_end():
    """Lists in lists, also in themselves."""
    nested, own = [], []
    for _ in range(10**5):
        nested = [nested]
    own.append(own)
    for written in (nested, own, [own, own], {"normal": own, "reduce": nested}):
        with pytest.raises(GenotypeError):
            formats.read(written)
    while nested:  # an interpreter that frees it in one step may run out of stack
        nested = nested.pop()


class Hostile:
    """Raises wherever it is looked at."""

    def __getattr__(self, name):
        raise ZeroDivisionError(name)

    def __repr__(self):
        raise ZeroDivisionError


def test_refuses_objects_that_raise():
    """An object that raises what it likes is no genotype."""
    hostile = Hostile()
    for written in (hostile, [hostile] * 2, {"normal": hostile, "reduce": hostile}):
        with pytest.raises(GenotypeError):
            formats.read(written)
