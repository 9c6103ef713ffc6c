"""Genotypes as people have them: printed, logged, assigned, with numpy's scalars, in files, by name."""

from __future__ import annotations

import json
import re
import string
import time
from collections import namedtuple
from contextlib import suppress
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nb301 import formats
from nb301.errors import GenotypeError
from nb301.formats.literals import LiteralError, read_literal
from nb301.formats.published import PUBLISHED
from nb301.space import NODES, Cell, Genotype, Op, sample, sample_many

GENOTYPES = st.from_type(Genotype)
CONFIG = "NetworkSelectorDatasetInfo:darts:"
#: As in everybody's genotypes.py, and as GDAS has it.
Darts = namedtuple("Genotype", "normal normal_concat reduce reduce_concat")  # noqa: PYI024
Gdas = namedtuple("Genotype", [*Darts._fields, "connectN", "connects"])  # noqa: PYI024


def numpys(genotype):
    """DARTS' namedtuple with the scalars that numpy's arrays give."""
    cells = [
        [(np.str_(edge.op.name), np.int64(edge.source)) for edge in cell.edges]
        for cell in (genotype.normal, genotype.reduce)
    ]
    return Darts(cells[0], range(2, 6), cells[1], range(2, 6))


def by_node(pairs, *more):
    return [tuple((op, source, *more) for op, source in pairs[i : i + 2]) for i in range(0, 8, 2)]


def gdas(genotype, *weight):
    darts = formats.to_darts(genotype)
    return Gdas(
        by_node(darts.normal, *weight), [*NODES], by_node(darts.reduce, *weight), [*NODES], None, None
    )


def in_table(write):
    """A configuration as a row of a table gives it, where another row has other entries."""

    def row(genotype):
        other = formats.read("DARTS_V1")
        return pd.DataFrame([write(genotype), write(other)]).iloc[0]

    return row


OBJECTS = {
    "numpy's scalars": numpys,
    "gdas": gdas,
    "gdas with weights": lambda g: gdas(g, 0.13),
    "without a class": lambda g: SimpleNamespace(
        normal=formats.to_darts(g).normal, reduce=formats.to_darts(g).reduce
    ),
    "cells": lambda g: SimpleNamespace(normal=g.normal, reduce=g.reduce),
    "fields without names": lambda g: list(formats.to_darts(g)),
    "cells with names of ops": lambda g: [formats.to_darts(g).normal, formats.to_darts(g).reduce],
    "naslib in lists": lambda g: json.loads(json.dumps(formats.to_naslib(g))),
    "naslib array": lambda g: np.array(formats.to_naslib(g)),
    "naslib in arrays": lambda g: [np.array(cell) for cell in formats.to_naslib(g)],
    "naslib of scalars": lambda g: [
        [(np.uint8(source), np.int8(op)) for source, op in cell] for cell in formats.to_naslib(g)
    ],
    "row": in_table(formats.to_config),
    "row as a dict": lambda g: in_table(formats.to_yahpo)(g).to_dict(),
    "row with pandas' NA": lambda g: (
        pd.DataFrame([formats.to_config(g), formats.to_config(formats.read("DARTS_V1"))])
        .convert_dtypes()
        .iloc[0]
        .to_dict()
    ),
    "config with nothing": lambda g: dict.fromkeys(OPS_OF_EDGES, "") | formats.to_config(g),
    "config with None": lambda g: dict.fromkeys(OPS_OF_EDGES) | formats.to_config(g),
    "config of scalars": lambda g: {key: np.str_(op) for key, op in formats.to_config(g).items()},
    "old configuration": lambda g: SimpleNamespace(get_dictionary=lambda: formats.to_config(g)),
    "bytes": lambda g: str(g).encode(),
}
OPS_OF_EDGES = [f"{CONFIG}edge_{cell}_{number}" for cell in ("normal", "reduce") for number in range(14)]
#: Texts in which one genotype stands.
TEXTS = {
    "text": str,
    "repr": repr,
    "darts": lambda g: repr(formats.to_darts(g)),
    "numpy's scalars": lambda g: repr(numpys(g)),
    "positional": lambda g: f"Genotype({', '.join(map(repr, numpys(g)))})",
    "gdas": lambda g: repr(gdas(g, 0.5)),
    "in arrays": lambda g: re.sub(r"(\[\(.*?\)\])", r"array(\1, dtype=object)", repr(formats.to_darts(g))),
    "over lines": lambda g: repr(formats.to_darts(g)).replace("), (", "),  # an edge\n    ("),
    "naslib": lambda g: repr(formats.to_naslib(g)),
    "config": lambda g: json.dumps(formats.to_config(g)),
    "yahpo over lines": lambda g: json.dumps(formats.to_yahpo(g), indent=2),
    "config as Python prints it": lambda g: repr({k: np.str_(v) for k, v in formats.to_config(g).items()}),
    "row as Python prints it": lambda g: repr(in_table(formats.to_yahpo)(g).to_dict()),
    "configuration": lambda g: repr(formats.to_configuration(g)),
    "darts mapping": lambda g: json.dumps(formats.to_darts(g)._asdict()),
}
DRESSINGS = {
    "bare": "{}",
    "byte order mark": "\ufeff{}",
    "space": "\r\n\t {} \n",
    "name": "DARTS_X = {}",
    "name and type": "MINE: Genotype = {}",
    "log": "2019-11-21 12:00:03,123 [INFO] (epoch 50) genotype = {}",
    "log with more": "INFO:root:best so far: {} after 3 of 50 epochs (97.1 %)",
    "quotes": "`{}`",
    "member of a list": "{},",
}


@pytest.mark.parametrize("notation", OBJECTS)
@settings(max_examples=25)
@given(genotype=GENOTYPES)
def test_reads_what_people_have(notation, genotype):
    """Objects of other code and libraries are read as they are."""
    assert formats.read(OBJECTS[notation](genotype)) == genotype


@pytest.mark.parametrize("dressing", DRESSINGS)
@pytest.mark.parametrize("notation", TEXTS)
@settings(max_examples=4)
@given(genotype=GENOTYPES)
def test_reads_every_text_in_every_dress(notation, dressing, genotype):
    """What is printed is read bare, assigned to a name and in lines of logs."""
    assert formats.read(DRESSINGS[dressing].format(TEXTS[notation](genotype))) == genotype


@pytest.mark.parametrize("notation", TEXTS)
def test_refuses_a_text_with_two(notation):
    """Of two genotypes in a text none is passed over in silence."""
    one, other = (TEXTS[notation](g) for g in sample_many(np.random.default_rng(0), 2))
    with pytest.raises(GenotypeError, match="holds 2 genotypes"):
        formats.read(f"first {one} then {other}")


@pytest.mark.parametrize("end", ["x", "-oops", "/sep_conv_3x3@0+sep_conv_3x3@1", "@5"])
def test_refuses_what_is_glued_to_a_text(end):
    """A text that goes on is not cut where it could end."""
    with pytest.raises(GenotypeError):
        formats.read(f"{sample(np.random.default_rng(0))}{end}")


@pytest.mark.parametrize("name", PUBLISHED)
def test_reads_published_names(name):
    """A published genotype has its authors' name, in any spelling."""
    genotype = Genotype.parse(PUBLISHED[name])
    for spelling in (name, name.lower(), name.replace("_", "-"), f" {name}\n"):
        assert formats.read(spelling) == genotype


def test_published_genotypes_are_those_of_their_papers(darts_v2):
    """DARTS' and GDAS' are as their authors print them; aliases mean CIFAR-10's."""
    assert formats.read("DARTS_V2") == formats.read(darts_v2)
    assert formats.read("GDAS") == formats.read(
        "Genotype(normal=[(('skip_connect', 0), ('skip_connect', 1)), "
        "(('skip_connect', 0), ('sep_conv_5x5', 2)), "
        "(('sep_conv_3x3', 3), ('skip_connect', 0)), (('sep_conv_5x5', 4), ('sep_conv_3x3', 3))], "
        "normal_concat=[2, 3, 4, 5], reduce=[(('sep_conv_5x5', 0), ('sep_conv_3x3', 1)), "
        "(('sep_conv_5x5', 2), ('sep_conv_5x5', 1)), (('dil_conv_5x5', 2), ('sep_conv_3x3', 1)), "
        "(('sep_conv_5x5', 0), ('sep_conv_5x5', 1))], reduce_concat=[2, 3, 4, 5], "
        "connectN=None, connects=None)"
    )
    assert formats.read("PC-DARTS") == formats.read("PC_DARTS_cifar")
    assert formats.read("DrNAS") == formats.read("DrNAS_cifar10")
    with pytest.raises(GenotypeError, match="DARTS_V1, DARTS_V2"):
        formats.read("DARTS")  # has meant both


def test_reads_an_official_result_file(official_result, tmp_path):
    """Of a result file the architecture is read, from its path, text and dict; the rest says how it was."""
    path = tmp_path / "results_0.json"
    path.write_text(json.dumps(official_result), encoding="utf-8")
    expected = formats.from_config(official_result[formats.RESULT_KEY])
    for written in (path, path.read_text(encoding="utf-8"), path.read_bytes(), official_result):
        assert formats.read(written) == expected


@pytest.mark.parametrize("name", ["nothing", ".", "/dev/zero"])
def test_refuses_what_is_no_file(tmp_path, name):
    """A path without a file of a genotype's size is refused; devices, which may have no end, are not read."""
    with pytest.raises(GenotypeError, match="no such file"):
        formats.read(tmp_path / name)


def test_refuses_files_that_are_no_text(tmp_path):
    """A file in another encoding, or of another size, is refused with its name."""
    path = tmp_path / "genotype.txt"
    for data, words in ((b"\xff\xfe", "no UTF-8"), (b" " * 300_000, "at most 65,536")):
        path.write_bytes(data)
        with pytest.raises(GenotypeError, match=f"genotype.txt: .*{words}"):
            formats.read(path)


@pytest.mark.parametrize("entry", ["epoch", "epochs", "n_epochs", "budget", "fidelity", f"{CONFIG}epochs"])
@pytest.mark.parametrize("write", [formats.to_config, formats.to_yahpo, lambda g: numpys(g)._asdict()])
def test_refuses_questions_for_other_epochs(write, entry):
    """An entry that asks for a part of a training is refused, never passed over."""
    genotype = sample(np.random.default_rng(0))
    for value in (100, 98, np.int64(98), 98.0, "98", None, float("nan")):
        assert formats.read({**write(genotype), entry: value}) == genotype
    for value in (1, 50, 99, "7", 98.5, True, "all", [98], 10**400, np.float32(3)):
        with pytest.raises(GenotypeError, match=rf"{entry} is .*, expected 100 \(or 98"):
            formats.read({**write(genotype), entry: value})
    with pytest.raises(GenotypeError, match="is 3, expected 100"):
        formats.read(json.dumps({**formats.to_yahpo(genotype), entry: 3}))
    assert formats.read({**formats.to_yahpo(genotype), entry: 3}, epochs=3) == genotype
    with pytest.raises(GenotypeError, match="expected 3:"):
        formats.read({**formats.to_yahpo(genotype), entry: 98}, epochs=3)


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


@st.composite
def damaged(draw):
    """A text that holds a genotype, with some of its characters changed, left out or repeated."""
    text = draw(st.sampled_from([*TEXTS.values()]))(draw(GENOTYPES))
    text = draw(st.sampled_from([*DRESSINGS.values()])).format(text)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 8)))
        change = draw(st.text(string.printable, max_size=3) | st.sampled_from(["((", "}]", "\\", "'", "\0"]))
        text = text[:start] + change * draw(st.integers(0, 3)) + text[end:]
    return text


@settings(max_examples=300)
@given(damaged() | st.text() | st.binary())
def test_damaged_texts_are_genotypes_or_errors(text):
    """No text makes a reader raise anything else, and what it reads can be written."""
    with suppress(GenotypeError):
        found = formats.read(text)
        assert Genotype.parse(str(found)) == found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1, (2,), ((3)), {'a': None}]", [1, [2], 3, {"a": None}]),
        ("np.float64(0.5)", 0.5),
        ("array([1, 2], dtype=int64)", [1, 2]),
        ('"it\\"s"', 'it"s'),
        ("range(2, 6)", [2, 3, 4, 5]),
        ("{1: true, 'b': [null,]}", {1: True, "b": [None]}),
        ("-Infinity", float("-inf")),
        ("1_000", 1000),
        ("f(1, a=2)", ("f", [1], {"a": 2})),
    ],
)
def test_literals(text, value):
    """Literals of Python and JSON become plain values; nothing is called."""
    assert read_literal(f"{text} and more") == (value, len(text))


@pytest.mark.parametrize(
    "text",
    [
        *("", "[", "[1", "[1 2]", "{1}", "{1: 2, 1: 3}", "{[]: 1}", "lambda: 1", "open", "(]"),
        *("range()", "range(1.5)", "range(10000)", "range(1, 2, 0)", "f(a=1, a=2)", "'a", "b'x'", "f(*[1])"),
    ],
)
def test_refuses_what_is_no_literal(text):
    """Anything else names the character that does not fit."""
    with pytest.raises(LiteralError) as caught:
        read_literal(text)
    assert 0 <= caught.value.place <= len(text)
