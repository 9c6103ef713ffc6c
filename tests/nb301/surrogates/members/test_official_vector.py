"""The official vector's numbers and our slots: names, order, and the official vectors of the fixtures."""

from __future__ import annotations

import json

import numpy as np

from nb301 import formats
from nb301.space import Genotype, to_codes
from nb301.surrogates.members.official_vector import (
    OFFICIAL_NAMES,
    OFFICIAL_OF_SLOT,
    SETTINGS,
    official_vectors,
)
from tests.official_files import shared


def test_names_are_in_the_official_order():
    """The architecture's numbers stand where they were found by running ConfigSpace (official_facts F1)."""
    assert (len(OFFICIAL_NAMES), len(set(OFFICIAL_NAMES)), len(SETTINGS)) == (56, 56, 22)
    expected = [*range(10, 14), *range(15, 21), *range(32, 56)]
    assert sorted(OFFICIAL_OF_SLOT.tolist()) == expected
    assert OFFICIAL_NAMES[10].endswith(":edge_normal_0")
    assert OFFICIAL_NAMES[15].endswith(":inputs_node_normal_3")
    assert OFFICIAL_NAMES[32].endswith(":edge_normal_10")
    assert OFFICIAL_NAMES[55].endswith(":edge_reduce_9")


def test_official_vectors_are_what_official_code_made():
    """All 56 numbers of 200 architectures, to the last bit but where numbers of architectures are scaled."""
    test = json.loads(shared("archs.json").read_text())["test"]
    codes = to_codes([formats.read(genotype) for genotype in test])
    official = np.nan_to_num(np.load(shared("xgboost-1.1.0", "official_api.npz"))["X"], nan=-1.0)
    np.testing.assert_array_equal(official_vectors(codes), official)


def test_a_genotype_has_no_other_names():
    """What `formats` writes of an architecture is among the official names."""
    edges = "/".join(["skip_connect@0+sep_conv_3x3@1"] * 4)
    config = formats.to_config(Genotype.parse(f"normal:{edges},reduce:{edges}"))
    assert config.keys() <= {*OFFICIAL_NAMES}
