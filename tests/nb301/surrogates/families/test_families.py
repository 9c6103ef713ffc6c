"""What every model family promises: the contract that a new one is added to by its name."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.errors import ReleaseError
from nb301.metrics import r2
from nb301.surrogates import FAMILIES, FITTED_FAMILIES
from nb301.surrogates.ensemble import examples
from nb301.surrogates.members.base import Range
from nb301.tables.splits import stratified_split
from tests.crafting import MAKERS

SEED = 5
#: Smaller models, where the family's own take long even on the tiny table.
SMALLER = {"gin": {"num_layers": 3, "least_steps": 0}}


@pytest.fixture(scope="module")
def parts(tiny_table):
    """Training and stopping examples of the tiny table."""
    split = stratified_split(tiny_table, 0)
    return examples(tiny_table, split.train), examples(tiny_table, split.val)


@pytest.fixture(scope="module", params=sorted(FITTED_FAMILIES))
def name(request):
    """The name of each family whose members are fitted here."""
    return request.param


@pytest.fixture(scope="module")
def family(name):
    """Each of them."""
    return FAMILIES[name]


@pytest.fixture(scope="module")
def hyperparameters(name, family):
    """The family's own, or those of a smaller model."""
    return {**family.hyperparameters, **SMALLER.get(name, {})}


@pytest.fixture(scope="module")
def fitted(family, parts, hyperparameters):
    """The file of a member fitted on the tiny table."""
    return family.fit(*parts, SEED, hyperparameters)


def test_fit_is_deterministic(family, parts, hyperparameters, fitted):
    """Equal arguments give equal bytes; being watched changes nothing."""
    seen = []
    again = family.fit(*parts, SEED, hyperparameters, lambda step, error: seen.append((step, float(error))))
    assert again == fitted
    assert [step for step, _ in seen] == [*range(1, len(seen) + 1)]
    assert all(np.isfinite(error) for _, error in seen)


def test_members_predict_fractions(family, parts, fitted):
    """Each member predicts fractions near the truth, one row a member."""
    train, _ = parts
    members = family.load([fitted, fitted]).predict(train.codes)
    assert members.shape == (2, len(train))
    np.testing.assert_array_equal(members[0], members[1])
    assert r2(train.target, members[0]) > 0.2


def test_single_and_batch_are_equal(family, parts, fitted):
    """The answer for an architecture does not depend on what else is asked for, or on its place."""
    assert_single_and_batch_are_equal(family.load([fitted]), parts[1].codes)


def assert_single_and_batch_are_equal(surrogate, codes):
    batch = surrogate.predict(codes)
    np.testing.assert_array_equal(surrogate.predict(codes[::-1])[:, ::-1], batch)
    for row in range(3):
        np.testing.assert_array_equal(surrogate.predict(codes[row : row + 1])[0], batch[:, row])
    assert surrogate.predict(codes[:0]).shape == (1, 0)


@pytest.mark.parametrize("name", sorted(set(FAMILIES) - set(FITTED_FAMILIES)))
def test_imported_members_answer_and_are_not_fitted(name, parts):
    """Families whose members others have fitted say so; one and many are equal there, too."""
    family = FAMILIES[name]
    with pytest.raises(ReleaseError, match=r"imported from official files with .*, not fitted"):
        family.fit(*parts, SEED, family.hyperparameters)
    assert not family.search_space
    member = MAKERS[name](np.random.default_rng(0))
    assert_single_and_batch_are_equal(family.load([member]), parts[1].codes)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_names_what_the_manifest_needs(name):
    """Libraries are named; hyperparameters cannot be changed by accident, and each domain fits one."""
    family = FAMILIES[name]
    assert family.libraries
    with pytest.raises(TypeError):
        family.hyperparameters["new"] = 1
    assert set(family.search_space) <= set(family.hyperparameters)
    for key, domain in family.search_space.items():
        if isinstance(domain, Range):
            assert domain.low < domain.high, key
            assert not domain.log or domain.low > 0, key
        else:
            assert family.hyperparameters[key] in domain


def test_families_are_listed_by_their_names():
    """Names and labels tell families apart, and files are named by member."""
    for name, family in FAMILIES.items():
        assert family.name == name
        assert family.full_label.startswith(family.label)
        assert family.files(2) == [f"member-0{family.suffix}", f"member-1{family.suffix}"]
    assert len({family.label for family in FAMILIES.values()}) == len(FAMILIES)
    assert FAMILIES["gin"].full_label == "GIN (graph isomorphism network)"
