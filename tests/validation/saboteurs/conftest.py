"""What tests of saboteurs share: an oracle, and what is left of it once it is spoiled."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.space import sample_many
from validation.saboteurs.catalogue import spoiled as make_spoiled
from validation.saboteurs.saboteur import Spoiled


@pytest.fixture(scope="session")
def genotypes():
    """Random architectures, some of which are not canonical."""
    return sample_many(np.random.default_rng(0), 200)


@pytest.fixture(scope="session")
def perfect(tmp_path_factory):
    """The oracle as a subject."""
    return make_spoiled(Spoiled.oracle, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def means(perfect, genotypes):
    """What the truth expects of the architectures, fractions."""
    return perfect.predictor.predict(genotypes)[0]


@pytest.fixture
def spoiled(perfect):
    """Makes an oracle with a fault, maybe fitted to rows."""

    def make(fault, rows=None, seed=0):
        return fault(perfect.predictor, perfect, rows, seed)

    return make
