"""Official trees as families: not fitted, asked of genotypes as they are, from files that may be wrong."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

from nb301.errors import ReleaseError
from nb301.official.boosters import read_lightgbm, read_xgboost
from nb301.space import sample_many, to_codes
from nb301.surrogates import FAMILIES, FITTED_FAMILIES
from nb301.surrogates.families.official_trees import OfficialTrees
from nb301.surrogates.members.base import Examples
from nb301.surrogates.members.deep_file import Start, mapped
from nb301.surrogates.members.deep_pack import pack
from nb301.surrogates.members.official_vector import official_vectors
from tests.official_files import a_model, answers, binary, damaged, lightgbm_text

CODES = to_codes(sample_many(np.random.default_rng(0), 20))
NAMES = ["official-xgb", "official-lgb"]


def file_of(member):
    """A member's file."""
    start = Start(library=member.library, base=member.base, base_first=member.base_first)
    return pack(member.trees, member.default_left, start, features=member.n_features)


XGB = [file_of(read_xgboost(binary(a_model(seed)))) for seed in range(3)]
LGB = [file_of(read_lightgbm(lightgbm_text(a_model(seed)))) for seed in range(3)]


@pytest.mark.parametrize("name", NAMES)
def test_they_are_imported_and_not_fitted(name):
    """What fits says so in one line."""
    none = Examples(CODES, np.zeros(len(CODES)))
    with pytest.raises(ReleaseError, match="imported from official files"):
        FAMILIES[name].fit(none, none, 0, {})
    assert name not in FITTED_FAMILIES


def test_answers_are_the_librarys(tmp_path):
    """In percent bit for bit, mapped or in memory; as fractions divided by 100."""
    rows = official_vectors(CODES)
    expected = [answers(a_model(seed), rows, base_first=False).astype(np.float64) for seed in range(3)]
    paths = []
    for number, data in enumerate(XGB):
        paths.append(tmp_path / str(number))
        paths[-1].write_bytes(data)
    for files in (XGB, [mapped(path) for path in paths]):
        surrogate = OfficialTrees(files)
        np.testing.assert_array_equal(surrogate.in_own_unit(CODES), expected)
        np.testing.assert_array_equal(surrogate.predict(CODES), np.array(expected) / 100)
        np.testing.assert_array_equal(surrogate.predict(CODES[3:4])[:, 0], surrogate.predict(CODES)[:, 3])


def test_lightgbms_sums_are_of_float64():
    """Which float32 could not hold."""
    found = OfficialTrees(LGB).in_own_unit(CODES)
    assert not np.array_equal(found, found.astype(np.float32))


def test_wrong_files_name_their_member():
    """Of no members, of a broken one, and of one on other features."""
    with pytest.raises(ReleaseError, match="at least one member"):
        OfficialTrees([])
    with pytest.raises(ReleaseError, match=r"^member 1: a file of trees"):
        OfficialTrees([XGB[0], b"{}"])


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_are_refused_or_answer_with_finite_numbers(seed):
    """Whatever bytes a file has."""
    with suppress(ReleaseError):
        assert np.isfinite(OfficialTrees([damaged(XGB[0], seed)]).predict(CODES)).all()
