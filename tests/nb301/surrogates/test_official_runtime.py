"""The official runtime model: the members' mean, in seconds."""

from __future__ import annotations

import numpy as np
import pytest

from nb301 import exact
from nb301.errors import ReleaseError
from nb301.official.boosters import read_lightgbm
from nb301.space import sample_many, to_codes
from nb301.surrogates.members.deep_file import Start
from nb301.surrogates.members.deep_pack import pack
from nb301.surrogates.official_runtime import OfficialRuntimeModel, runtime_files
from tests.official_files import a_model, lightgbm_text

CODES = to_codes(sample_many(np.random.default_rng(0), 20))


def member(seed):
    """A member's file."""
    read = read_lightgbm(lightgbm_text(a_model(seed)))
    return pack(read.trees, read.default_left, Start(library="lightgbm"), features=56)


def test_predicts_the_members_mean():
    """Equal for one and many."""
    model = OfficialRuntimeModel([member(0), member(1)])
    of_members = model.members(CODES)
    assert of_members.shape == (2, len(CODES))
    np.testing.assert_array_equal(model.predict(CODES), exact.mean(of_members, axis=0))
    assert model.predict(CODES[4:5])[0] == model.predict(CODES)[4]


def test_wrong_files_say_whose_they_are():
    """The runtime model's, with the member's number."""
    with pytest.raises(ReleaseError, match=r"^runtime model: member 1: a file of trees"):
        OfficialRuntimeModel([member(0), b""])


def test_names_of_files():
    """One for each member."""
    assert runtime_files(2) == ["runtime-0.safetensors", "runtime-1.safetensors"]
