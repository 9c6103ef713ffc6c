"""The packaged `configspace.json`."""

from __future__ import annotations

import json
import warnings

import pytest

from nb301 import formats
from nb301.compat.nasbench301 import configspace


def test_file_is_what_is_written():
    """It is not edited by hand."""
    assert configspace.FILE.read_text(encoding="utf-8") == configspace.text()


def test_is_the_space():
    """ConfigSpace reads the space of `nb301.formats` from it, in the official order."""
    cs_json = pytest.importorskip("ConfigSpace.read_and_write.json")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)  # ConfigSpace 1.x has a new name for reading
        space = cs_json.read(configspace.text())
    expected = formats.configuration_space()

    assert [*space] == [*expected]
    assert [*space.values()] == [*expected.values()]
    assert sorted(map(str, space.conditions)) == sorted(map(str, expected.conditions))


def test_defaults_are_the_first_choices():
    """As versions before 1.0 take `null` for, which need the entry."""
    for parameter in json.loads(configspace.text())["hyperparameters"]:
        assert parameter["default"] is None
        assert parameter["default_value"] == parameter["choices"][0]
