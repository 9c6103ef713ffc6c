"""Genotypes as people have them: what other libraries make of them, and what is printed."""

from __future__ import annotations

import json
import re
from collections import namedtuple
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nb301 import formats
from nb301.space import NODES

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


@pytest.fixture(params=OBJECTS, scope="session")
def write_object(request):
    """Makes an object that somebody may have of a genotype."""
    return OBJECTS[request.param]


@pytest.fixture(params=TEXTS, scope="session")
def write_text(request):
    """Makes a text in which a genotype stands."""
    return TEXTS[request.param]


@pytest.fixture(scope="session")
def texts():
    """All ways to make a text, by name."""
    return TEXTS
