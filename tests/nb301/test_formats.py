"""Converters: round trips, golden documents, and readers that name what is wrong."""

from __future__ import annotations

import ast
import json
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301 import formats
from nb301.encodings import VECTOR_SLOTS, vector
from nb301.errors import GenotypeError, MissingExtra
from nb301.space import Genotype, sample, sample_many, to_codes

GENOTYPES = st.from_type(Genotype)
SPACE = formats.configuration_space()
CONFIG = "NetworkSelectorDatasetInfo:darts:"
NOTATIONS = {
    "darts": (formats.to_darts, formats.from_darts),
    "darts mapping": (lambda genotype: formats.to_darts(genotype)._asdict(), formats.from_darts),
    "config": (formats.to_config, formats.from_config),
    "yahpo": (formats.to_yahpo, formats.from_yahpo),
    "naslib": (formats.to_naslib, formats.from_naslib),
    "configuration": (lambda g: formats.to_configuration(g, SPACE), formats.from_configuration),
}
TEXTS = {
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


@pytest.mark.parametrize("notation", NOTATIONS)
@given(genotype=GENOTYPES)
def test_round_trip(notation, genotype):
    """Every notation gives the same genotype back, by its own reader and by `read`."""
    write, read = NOTATIONS[notation]
    assert read(write(genotype)) == genotype
    assert formats.read(write(genotype)) == genotype


@pytest.mark.parametrize("notation", TEXTS)
@given(genotype=GENOTYPES)
def test_reads_text(notation, genotype):
    """`read` takes a notation's text, JSON or repr, with space around it."""
    assert formats.read(f"\n {TEXTS[notation](genotype)} ") == genotype


def test_reads_a_genotype_as_itself():
    """`read` gives a genotype back as it is."""
    genotype = sample(np.random.default_rng(0))
    assert formats.read(genotype) is genotype


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


def test_golden_official_configuration(official_result):
    """The official sample's dictionary is read whole; written back, its architecture entries are equal."""
    config = official_result["optimized_hyperparamater_config"]
    genotype = formats.from_config(config)
    marks = ("edge_normal", "edge_reduce", "inputs_node")
    assert formats.to_config(genotype) == {
        key: value for key, value in config.items() if key.removeprefix(CONFIG).startswith(marks)
    }
    assert str(genotype) == (
        "normal:skip_connect@0+sep_conv_3x3@1/sep_conv_3x3@0+skip_connect@1"
        "/dil_conv_3x3@0+dil_conv_5x5@2/sep_conv_3x3@1+skip_connect@2,"
        "reduce:max_pool_3x3@0+avg_pool_3x3@1/skip_connect@0+dil_conv_5x5@1"
        "/sep_conv_3x3@1+sep_conv_5x5@2/sep_conv_3x3@2+dil_conv_3x3@3"
    )


def test_yahpo_names_have_no_colon():
    """YAHPO Gym writes '_COLON_' where the official names have ':'."""
    names = formats.to_yahpo(sample(np.random.default_rng(0)))
    assert {name.split("edge")[0].split("inputs")[0] for name in names} == {
        "NetworkSelectorDatasetInfo_COLON_darts_COLON_"
    }


def test_configuration_space_has_the_official_order(official_result):
    """ConfigSpace puts the 34 official names into the order of F1, with the raw choice indices of F2."""
    assert tuple(name.removeprefix(CONFIG) for name in SPACE) == VECTOR_SLOTS
    assert len(SPACE) == 34
    assert len(SPACE.conditions) == 24
    configuration = formats.to_configuration(
        formats.from_config(official_result["optimized_hyperparamater_config"])
    )
    # by hand from official_facts F1, F3 and F4
    golden = [
        *(2, 3, 0, 1, 0, 1, 4, 0, 3, 7),
        *(3, 2, -1, -1, 3, 2, -1, 5, -1, 6, -1, -1),
        *(-1, 3, 5, -1, 2, 6, -1, -1, 3, 4, -1, -1),
    ]
    assert np.nan_to_num(configuration.get_array(), nan=-1).tolist() == golden


def test_vector_is_configspaces_own():
    """The vector encoding is ConfigSpace's array with -1 for NaN (F4)."""
    genotypes = sample_many(np.random.default_rng(4), 200)
    arrays = [formats.to_configuration(genotype, SPACE).get_array() for genotype in genotypes]
    np.testing.assert_array_equal(vector(to_codes(genotypes)), np.nan_to_num(arrays, nan=-1))


def test_reads_sampled_configurations():
    """Whatever ConfigSpace samples is a genotype, and the genotype is that configuration."""
    space = formats.configuration_space()
    space.seed(0)
    for configuration in space.sample_configuration(50):
        genotype = formats.from_configuration(configuration)
        assert formats.to_configuration(genotype, space) == configuration


def test_says_which_extra_brings_configspace(monkeypatch):
    """Without ConfigSpace the error says how to get it."""
    monkeypatch.setitem(__import__("sys").modules, "ConfigSpace", None)
    with pytest.raises(MissingExtra, match=r"nb301\[configspace\]"):
        formats.configuration_space()


def broken(notation, change):
    """Apply `change` to a valid genotype in some notation, made of lists and dicts."""
    value = json.loads(TEXTS[notation](sample(np.random.default_rng(0))))
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


@given(GENOTYPES)
def test_refuses_ops_of_inactive_edges(genotype):
    """A configuration with an op on an edge that its inputs do not choose is refused."""
    config = formats.to_config(genotype)
    name = next(n for n in (f"{CONFIG}edge_reduce_{i}" for i in range(9, 14)) if n not in config)
    with pytest.raises(GenotypeError, match=f"reduce cell, edge . -> 5: {name} is 'skip_connect'"):
        formats.from_config({**config, name: "skip_connect"})


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


@pytest.mark.parametrize(
    "text",
    [
        "__import__('pathlib').Path({path!r}).touch()",
        "Genotype(normal=__import__('pathlib').Path({path!r}).touch(), reduce=[])",
        "(open({path!r}, 'w'), 1)",
        "Genotype(normal=range(open({path!r}, 'w')), reduce=[])",
    ],
)
def test_never_evaluates_code(tmp_path, text):
    """Reading a genotype's repr runs nothing that stands in it."""
    path = tmp_path / "touched"
    hostile = text.format(path=str(path))
    ast.parse(hostile)  # it is valid Python: evaluated, it would run
    with pytest.raises(GenotypeError):
        formats.read(hostile)
    assert not path.exists()
