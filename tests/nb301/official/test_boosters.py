"""Members of boosted trees: every form answers what was written, old files what their library answered."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.errors import ReleaseError
from nb301.official import boosters, pickles
from tests.official_files import (
    FORMS,
    a_model,
    answers,
    binary,
    handle,
    lightgbm_text,
    member_answers,
    rows,
    shared,
    with_config,
)
from tests.pickling import lightgbm_pickle, xgboost_pickle

#: Fixtures with their members: folder, ensemble, member.
MEMBERS = [
    ("xgboost-1.0.2", "xgb_v1.0", 1),
    ("xgboost-1.1.0", "xgb_v1.0", 0),
    ("xgboost-1.1.0", "xgb_v1.0", 1),
    ("xgboost-1.1.0", "xgb_v1.0", 2),
    ("xgboost-1.3.3", "xgb_v1.0", 1),
    ("lightgbm-2.3.1", "lgb_runtime_v1.0", 0),
    ("lightgbm-2.3.1", "lgb_runtime_v1.0", 1),
    ("lightgbm-2.3.1", "lgb_runtime_v1.0", 2),
]
EXTRA = ["gamma_p2", "gamma_p3", "gamma_p4", "dart_p3", "lossguide_hist_p3"]


def read(data):
    """A pickled member's trees."""
    return boosters.read(pickles.read_booster(data))


@pytest.mark.parametrize(("folder", "ensemble", "number"), MEMBERS)
def test_answers_as_the_library_that_wrote_it(folder, ensemble, number):
    """To the last bit: for one row at a time, as official queries ask, and for all rows at once."""
    [path] = shared(folder, "nb_models", ensemble, str(number)).rglob("surrogate_model.model")
    expected = np.load(shared(folder, "preds.npz"))
    found = member_answers(read(path.read_bytes()), expected["Xtest"])
    np.testing.assert_array_equal(found, expected["single"][number], strict=True)
    np.testing.assert_array_equal(found, expected["batch"][number], strict=True)


@pytest.mark.parametrize("name", EXTRA)
def test_answers_as_xgboost_with_other_settings(name):
    """Deleted nodes, dart, growth by the best leaf; pickles of all three protocols."""
    data = shared("xgboost-1.1.0-extra", f"{name}.model").read_bytes()
    expected = np.load(shared("xgboost-1.1.0-extra", "preds.npz"))[name.rpartition("_")[0]]
    features = np.load(shared("xgboost-1.1.0", "preds.npz"))["Xtest"]
    np.testing.assert_array_equal(member_answers(read(data), features), expected, strict=True)


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("dart", [False, True], ids=["gbtree", "dart"])
@pytest.mark.parametrize("form", FORMS)
def test_reads_every_form(form, dart, protocol):
    """Trees with single leaves and deleted nodes, in any order, answer the sums of their version's order."""
    model = a_model(3, 40, dart=dart, base=90.3)
    member = read(xgboost_pickle(handle(model, form), protocol))
    base_first = FORMS[form] >= ((1, 4) if dart else (1, 3))
    assert (member.library, member.base_first) == ("xgboost", base_first)
    assert member.version == ("before 1.0" if form == "raw" else ".".join(map(str, FORMS[form])))
    expected = answers(model, rows(), base_first=base_first)
    np.testing.assert_array_equal(member_answers(member, rows()), expected, strict=True)


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_hold_the_same(form):
    """One model gives one member, whatever the form, but for the version."""
    model = a_model(5, dart=True)
    one, other = (boosters.read_xgboost(handle(model, name)) for name in (form, "raw"))
    for name in ("sizes", "feature", "threshold", "left", "right", "value"):
        np.testing.assert_array_equal(getattr(one.trees, name), getattr(other.trees, name), strict=True)
    np.testing.assert_array_equal(one.default_left, other.default_left)
    np.testing.assert_array_equal(one.weights, np.float32(model.weights))
    assert (one.base, one.n_features) == (other.base, 56)


def test_reads_lightgbm():
    """Rows at the threshold go left, sums are of double precision, one-leaf trees count."""
    model = a_model(4, 40, base=0.0)
    member = read(lightgbm_pickle(lightgbm_text(model)))
    assert (member.library, member.version, member.trees.value.dtype) == ("lightgbm", "v3", np.float64)
    points = np.nan_to_num(rows(), nan=-1.0)
    # where the walk has `<`, LightGBM has `<=`: what is compared lies half a step lower
    expected = answers(model, points - 0.25, base_first=False, dtype=np.float64)
    np.testing.assert_array_equal(member_answers(member, points), expected, strict=True)
    exactly = member.trees.threshold[member.trees.left >= 0]
    assert not (exactly * 2 == np.rint(exactly * 2)).any()  # the next numbers above


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (lightgbm_text(a_model(), objective="regression sqrt"), "objective is 'regression sqrt'"),
        (lightgbm_text(a_model(), most=33), "34 features, expected the 56 of the official vector"),
        (lightgbm_text(a_model(), most="9" * 400), "-1 features|0 features"),
        (lightgbm_text(a_model(), decision=1), "split by category"),
        (lightgbm_text(a_model(), decision=6), "take zeros as missing"),
        (lightgbm_text(a_model(), decision=-1), "decision_type are not all integers"),
        (lightgbm_text(a_model(), num_cat=1), "num_cat other than 0"),
        (lightgbm_text(a_model(), num_leaves=131073), "num_leaves are not all integers"),
        (lightgbm_text(a_model(), num_leaves=131072), "leaf_value has .* expected 1572864"),
        (lightgbm_text(a_model(), left_child="0"), "left_child has 12 numbers"),
        (lightgbm_text(a_model(0, 1), left_child="0 0 0 0 0 0"), "two nodes lead to it|left_child has"),
        (lightgbm_text(a_model()).replace("end of trees", ""), "no end of trees"),
        ("tree\naverage_output\n", "averaged"),
        ("", "not LightGBM's text"),
    ],
)
def test_refuses_other_texts(text, words):
    """What is no official model of LightGBM's is named."""
    with pytest.raises(ReleaseError, match=words):
        boosters.read_lightgbm(text)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (binary(a_model(), objective="reg:logistic"), "objective 'reg:logistic', expected"),
        (binary(a_model(), features=55), "55 features, expected the 56"),
        (binary(a_model(base=float("nan"))), "base score nan"),
        (binary(a_model(dart=True), weights=3), "3 weights, expected one for each of 12 trees"),
        (with_config(binary(a_model()), 2**62), "a body of 4,611,686,018,427,387,904 bytes"),
        (with_config(binary(a_model()), -1), "a body of -1 bytes"),
        (b"CONFIG-offset:123", "a body of -1 bytes, of which 0 are there"),
        (b"", "the model's head takes 136 bytes, of which 0"),
    ],
)
def test_refuses_other_handles(data, words):
    """What is no official model of XGBoost's is named."""
    with pytest.raises(ReleaseError, match=words):
        boosters.read_xgboost(data)
