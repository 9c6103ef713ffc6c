"""Configurations: official, YAHPO Gym's and ConfigSpace's."""

from __future__ import annotations

import json
from collections import namedtuple

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


def edge(name, value):
    return lambda config: config.update({CONFIG + name: value})


@given(GENOTYPES)
def test_refuses_ops_of_inactive_edges(genotype):
    """A configuration with an op on an edge that its inputs do not choose is refused."""
    config = formats.to_config(genotype)
    name = next(n for n in (f"{CONFIG}edge_reduce_{i}" for i in range(9, 14)) if n not in config)
    with pytest.raises(GenotypeError, match=f"reduce cell, edge . -> 5: {name} is 'skip_connect'"):
        formats.from_config({**config, name: "skip_connect"})


GENOTYPES = st.from_type(Genotype)


CONFIG = "NetworkSelectorDatasetInfo:darts:"


#: As in everybody's genotypes.py, and as GDAS has it.
Darts = namedtuple("Genotype", "normal normal_concat reduce reduce_concat")  # noqa: PYI024


def numpys(genotype):
    """DARTS' namedtuple with the scalars that numpy's arrays give."""
    cells = [
        [(np.str_(edge.op.name), np.int64(edge.source)) for edge in cell.edges]
        for cell in (genotype.normal, genotype.reduce)
    ]
    return Darts(cells[0], range(2, 6), cells[1], range(2, 6))


@pytest.mark.parametrize("entry", ["epoch", "epochs", "n_epochs", "budget", "fidelity", f"{CONFIG}epochs"])
@pytest.mark.parametrize("write", [formats.to_config, formats.to_yahpo, lambda g: numpys(g)._asdict()])
def test_refuses_questions_for_other_epochs(write, entry):
    """An entry that asks for a part of a training is refused, never passed over."""
    genotype = sample(np.random.default_rng(0))
    for value in (100, 99, 98, np.int64(98), 98.0, "98", None, float("nan")):
        assert formats.read({**write(genotype), entry: value}) == genotype
    for value in (1, 50, 97, "7", 98.5, True, "all", [98], 10**400, np.float32(3)):
        with pytest.raises(GenotypeError, match=rf"{entry} is .*, expected 98 or 99 or 100:"):
            formats.read({**write(genotype), entry: value})
    with pytest.raises(GenotypeError, match="is 3, expected 98"):
        formats.read(json.dumps({**formats.to_yahpo(genotype), entry: 3}))
    assert formats.read({**formats.to_yahpo(genotype), entry: 3}, epochs=3) == genotype
    with pytest.raises(GenotypeError, match="expected 3:"):
        formats.read({**formats.to_yahpo(genotype), entry: 98}, epochs=3)
