"""XGBoost's JSON and UBJSON: what is needed of them, and what is garbled."""

from __future__ import annotations

import json
import pickle
from itertools import chain

import numpy as np
import pytest
import xgboost

from nb301.errors import ReleaseError
from nb301.official.documents import read
from nb301.official.pickles import read_booster
from tests.official_files import a_model, document, ubjson

MODEL = a_model(2, 5)


def text(made):
    """JSON as XGBoost writes it."""
    return json.dumps(made, separators=(",", ":")).encode()


@pytest.mark.parametrize("write", [text, ubjson])
def test_reads_what_was_written(write):
    """Nodes, deleted ones, too; the base of the model, not of its configuration."""
    found = read(write(document(MODEL, (1, 5, 2))))
    left, _, feature, value, default = zip(*chain(*MODEL.trees), strict=True)
    np.testing.assert_array_equal(found.nodes.left, left)
    np.testing.assert_array_equal(found.nodes.feature, feature)
    np.testing.assert_array_equal(found.nodes.value, np.float32(value))
    np.testing.assert_array_equal(found.nodes.default_left, default)
    assert (found.base, found.n_features, found.version) == (0.5, 56, (1, 5))


@pytest.mark.parametrize("booster", ["gbtree", "dart"])
def test_reads_what_xgboost_pickles(booster):
    """Today's pickles, of another number of features, and both of today's forms of a model alone."""
    rng = np.random.default_rng(0)
    data = xgboost.DMatrix(rng.integers(-1, 10, size=(60, 3)), rng.normal(size=60), nthread=1)
    fitted = xgboost.train({"max_depth": 3, "nthread": 1, "booster": booster, "base_score": 0.25}, data, 3)
    handle = read_booster(pickle.dumps(fitted, 3)).handle
    for form in (handle, bytes(fitted.save_raw("json")), bytes(fitted.save_raw("ubj"))):
        found = read(form)
        assert (found.base, found.n_features, found.booster) == (0.25, 3, booster)
        assert (len(found.nodes.sizes), found.version[0]) == (3, int(xgboost.__version__[0]))


def changed(**more):
    """A model with other entries in all its trees."""
    return text(document(MODEL, **more))


def with_entry(path, value):
    """A model with another entry, by its keys."""
    made = document(a_model(2, 5, dart=True))
    *outer, last = path.split("/")
    entries = made["Model"]
    for key in outer:
        entries = entries[key]
    entries[last] = value
    return text(made)


PARAMETERS = "learner/learner_model_param"
FOREST = "learner/gradient_booster/gbtree/model"


def test_features_that_are_no_number_are_none():
    """They are refused with the features that there should be (`boosters`)."""
    for features in ("inf", "-1", "", "9" * 400):
        assert read(with_entry(f"{PARAMETERS}/num_feature", features)).n_features == -1


HOSTILE = {
    "no JSON": (b"{1", "model: Expecting property name"),
    "a list": (b'{"a":' + b"[" * 100_000, "model: .*(nested too deep|Expecting value)"),
    "deep objects": (b'{"a":' * 100_000, "model: .*(nested too deep|Expecting)"),
    "a key twice": (b'{"a":1,"a":2}', "a key is there twice"),
    "nothing in it": (b"{}", "learner is None, expected dict"),
    "no trees": (with_entry(f"{FOREST}/trees", []), "0 trees, expected 1"),
    "trees of text": (with_entry(f"{FOREST}/trees", ["x"]), "1 trees, expected"),
    "trees without arrays": (
        with_entry(f"{FOREST}/trees", [{}]),
        r"tree 0: arrays of lengths \[\]",
    ),
    "trees that are none": (
        with_entry(f"{FOREST}/trees", 7),
        "trees is 7, expected list",
    ),
    "more outputs": (
        with_entry(f"{FOREST}/tree_info", [0, 1, 0, 0, 0]),
        "more than one output",
    ),
    "more classes": (with_entry(f"{PARAMETERS}/num_class", "3"), "num_class is '3'"),
    "more targets": (with_entry(f"{PARAMETERS}/num_target", "3"), "num_target is '3'"),
    "another base": (with_entry(f"{PARAMETERS}/base_score", "x"), "'x', expected a number"),
    "a base that is a list": (with_entry(f"{PARAMETERS}/base_score", [1]), "base_score is .1., expected str"),
    "fewer weights": (
        with_entry("learner/gradient_booster/weight_drop", [1.0]),
        "weight_drop is .1.0., expected 5 numbers",
    ),
    "weights of text": (with_entry("learner/gradient_booster/weight_drop", ["x"] * 5), "weight_drop is"),
    "another version": (with_entry("version", [1, 2]), "version is .1, 2., expected 3 numbers"),
    "a version of lists": (with_entry("version", [[1], 2, 3]), "version is"),
    "outputs that are none": (with_entry(f"{FOREST}/tree_info", 7), "tree_info is 7"),
    "classes that are a list": (with_entry(f"{PARAMETERS}/num_class", []), "num_class is ..,"),
    "categories of text": (changed(split_type="x"), "a tree without split_type"),
    "a tree of numbers": (
        with_entry(f"{FOREST}/trees", [{"left_children": 5}] * 5),
        r"arrays of lengths \[\]",
    ),
    "children of text": (changed(left_children=["x"]), "whose left_children are 'str"),
    "no children": (changed(left_children=None), "a tree without left_children"),
    "empty arrays": (changed(left_children=[]), "whose left_children are empty"),
    "children of 64 bits": (changed(left_children=[2**40]), "left_children are not of 32 bits"),
    "children of 400 digits": (changed(left_children=[10**400]), "left_children are 'object'"),
    "children of lists": (changed(left_children=[[1]]), "left_children are 'int64'"),
    "ragged children": (changed(left_children=[[1], 2]), "model: "),
    "fewer children": (changed(left_children=[1]), "tree 0: arrays of lengths"),
    "categories": (changed(split_type=[1]), "splits by category"),
    "UBJSON that ends": (ubjson(document(MODEL))[:-5], "model: not XGBoost's UBJSON: byte"),
    "UBJSON of more": (ubjson(document(MODEL)) + b"}", "not one object to the end"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_refuses(kind):
    """What is garbled is named, in one line."""
    data, words = HOSTILE[kind]
    with pytest.raises(ReleaseError, match=words) as caught:
        read(data)
    assert str(caught.value).isprintable()
