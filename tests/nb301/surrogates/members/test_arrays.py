"""Members' files as named arrays."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from nb301.errors import MissingExtra, ReleaseError
from nb301.surrogates import FAMILIES
from nb301.surrogates.ensemble import examples
from nb301.surrogates.families import mlp, ngb, rf, svr
from nb301.surrogates.members.arrays import pack, unpack
from nb301.tables.splits import stratified_split

LAYOUT = {"matrix": ("float32", 2), "one": ("int16", 0)}
ARRAYS = {"one": np.int16(3), "matrix": np.arange(6, dtype=np.float32).reshape(2, 3)}
MODULES = {"rf": rf, "eps_svr": svr, "nu_svr": svr, "ngb": ngb, "mlp": mlp}
#: Settings that make a small file fast; what they are does not matter here.
QUICK = {"rf": {"n_estimators": 3}, "ngb": {"n_estimators": 3}, "mlp": {"epochs": 1}}


@pytest.fixture(scope="module", params=MODULES)
def name(request):
    """Each family whose files are arrays."""
    return request.param


@pytest.fixture(scope="module")
def file(name, tiny_table):
    """The file of a member."""
    split = stratified_split(tiny_table, 0)
    parts = (examples(tiny_table, rows) for rows in (split.train, split.val))
    return FAMILIES[name].fit(*parts, 0, {**FAMILIES[name].hyperparameters, **QUICK.get(name, {})})


@pytest.mark.parametrize("make", [np.ascontiguousarray, np.asfortranarray, lambda a: a.repeat(2, 1)[:, ::2]])
def test_round_trip(make):
    """Arrays come back by their names, in the layout's order, however they lay in memory."""
    unpacked = unpack(pack({**ARRAYS, "matrix": make(ARRAYS["matrix"])}), "test", LAYOUT)
    assert [*unpacked] == [*LAYOUT]
    for key, array in unpacked.items():
        np.testing.assert_array_equal(array, ARRAYS[key])
        assert (array.dtype.name, array.ndim) == LAYOUT[key]


def test_equal_arrays_give_equal_bytes():
    """The order in which arrays are named does not matter."""
    assert pack(ARRAYS) == pack(dict(reversed(ARRAYS.items())))


@pytest.mark.parametrize(
    "change",
    [{"one": np.int32(3)}, {"one": np.zeros(1, np.int16)}, {"more": np.zeros(1)}],
    ids=["dtype", "axes", "more"],
)
def test_refuses_another_layout(change):
    """Files of something else are refused, with what they hold."""
    with pytest.raises(ReleaseError, match=r"not the file of a test: array '(one|more)' is .*, expected"):
        unpack(pack({**ARRAYS, **change}), "test", LAYOUT)


def test_names_the_extra_that_is_missing(name, tiny_table, monkeypatch):
    """Without its library a family says which extra brings it."""
    for library in ("sklearn", "sklearn.ensemble", "sklearn.svm", "ngboost", "torch"):
        monkeypatch.setitem(sys.modules, library, None)
    rows = examples(tiny_table, np.arange(20))
    with pytest.raises(MissingExtra, match=r"pip install 'nb301\[baselines\]'"):
        FAMILIES[name].fit(rows, rows, 0, FAMILIES[name].hyperparameters)


def test_refuses_broken_files(name, file):
    """A file that is cut short, or is none, is refused by each family."""
    load = FAMILIES[name].load
    for broken in (b"", file[:5], file[:-1], file[: len(file) // 2], b"\xff" * 100, file + b"0"):
        with pytest.raises(ReleaseError, match="member 0: "):
            load([broken])


def test_refuses_arrays_that_do_not_fit_together(name, file):
    """Each array is refused when it is shorter than the others say, before anything is predicted."""
    layout = MODULES[name]._LAYOUT
    arrays = unpack(file, "test", layout)
    for key in (key for key, (_, axes) in layout.items() if axes):
        with pytest.raises(ReleaseError, match="member 0: "):
            FAMILIES[name].load([pack({**arrays, key: arrays[key][:-1]})])


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("rf", "feature", 34),
        ("rf", "right", 0),
        ("rf", "right", 10**6),
        ("rf", "root", -1),
        ("ngb", "feature", 34),
        ("ngb", "left", 0),
        ("ngb", "right", 100),
        ("nu_svr", "kernel", 4),
        ("nu_svr", "unit", 7),
    ],
    indirect=["name"],
)
def test_refuses_values_that_lead_nowhere(name, file, key, value):
    """Children, features, kernels that do not exist are refused, and so are ways in circles."""
    layout = MODULES[name]._LAYOUT
    arrays = unpack(file, "test", layout)
    arrays[key] = np.full_like(arrays[key], value)
    with pytest.raises(ReleaseError, match="member 0: "):
        FAMILIES[name].load([pack(arrays)])
