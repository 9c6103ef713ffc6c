"""The official vector's numbers and our slots: names, order, and the official vectors of the fixtures."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from nb301 import formats
from nb301.encodings import VECTOR_SLOTS, vector
from nb301.errors import ReleaseError
from nb301.official.boosters import read_xgboost
from nb301.official.columns import OFFICIAL_NAMES, OFFICIAL_OF_SLOT, SETTINGS, SLOT_OF_OFFICIAL, on_slots
from nb301.space import Genotype, to_codes
from tests.official_files import Model, a_model, answers, binary, member_answers, rows, shared


def test_names_are_in_the_official_order():
    """The architecture's numbers stand where they were found by running ConfigSpace (official_facts F1)."""
    assert (len(OFFICIAL_NAMES), len(set(OFFICIAL_NAMES)), len(SETTINGS)) == (56, 56, 22)
    expected = [*range(10, 14), *range(15, 21), *range(32, 56)]
    assert sorted(OFFICIAL_OF_SLOT.tolist()) == expected
    assert OFFICIAL_NAMES[10].endswith(":edge_normal_0")
    assert OFFICIAL_NAMES[15].endswith(":inputs_node_normal_3")
    assert OFFICIAL_NAMES[32].endswith(":edge_normal_10")
    assert OFFICIAL_NAMES[55].endswith(":edge_reduce_9")


def test_slots_and_numbers_are_inverse():
    """Each slot is one number; the other 22 are settings."""
    np.testing.assert_array_equal(SLOT_OF_OFFICIAL[OFFICIAL_OF_SLOT], np.arange(len(VECTOR_SLOTS)))
    assert [OFFICIAL_NAMES[number] for number in np.flatnonzero(SLOT_OF_OFFICIAL < 0)] == sorted(SETTINGS)


def test_official_vectors_are_ours():
    """The vectors that official code made of 200 architectures, at the slots' places."""
    test = json.loads(shared("archs.json").read_text())["test"]
    codes = to_codes([formats.read(genotype) for genotype in test])
    for name in ("preds.npz", "official_api.npz"):
        arrays = np.load(shared("xgboost-1.1.0", name))
        official = np.nan_to_num(arrays["Xtest" if name == "preds.npz" else "X"], nan=-1.0)
        np.testing.assert_array_equal(np.rint(official[:, OFFICIAL_OF_SLOT]), vector(codes))


def test_trees_on_slots_answer_alike():
    """Trees that test the architecture alone answer the same of the slots as of the official vector."""
    trees = tuple(tuple(map(_moved, tree)) for tree in a_model(8, 30).trees)
    member = read_xgboost(binary(Model(trees)))
    points = np.nan_to_num(rows(), nan=-1.0)
    expected = answers(Model(trees), points, base_first=False)
    slots = on_slots(member.trees)
    assert slots.feature.max() < len(VECTOR_SLOTS)
    moved = replace(member, trees=slots)
    np.testing.assert_array_equal(member_answers(moved, points[:, OFFICIAL_OF_SLOT]), expected)


def _moved(node):
    """The node with a feature that is the architecture's."""
    return (*node[:2], int(OFFICIAL_OF_SLOT[node[2] % len(OFFICIAL_OF_SLOT)]), *node[3:])


def test_settings_are_refused_by_name():
    """A tree that tests a setting of the training is named with it."""
    leaf = (-1, -1, 0, 1.0, False)
    member = read_xgboost(binary(Model(((leaf,), ((1, 2, 9, 0.5, False), leaf, leaf)))))
    with pytest.raises(ReleaseError, match=r"tree 1: tests .*:drop_path_prob, a setting of the training"):
        on_slots(member.trees)


def test_a_genotype_has_no_other_names():
    """What `formats` writes of an architecture is among the official names."""
    edges = "/".join(["skip_connect@0+sep_conv_3x3@1"] * 4)
    config = formats.to_config(Genotype.parse(f"normal:{edges},reduce:{edges}"))
    assert config.keys() <= {*OFFICIAL_NAMES}
