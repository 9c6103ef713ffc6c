"""Genotypes as the 22 choices of DE and COMBO."""

import numpy as np

from nb301.optimizers.choices import SIZES, from_choices, to_choices
from nb301.space import SPACE_SIZE, sample_many


def test_choices_are_the_space():
    """The 22 choices have as many combinations as the space has genotypes."""
    assert len(SIZES) == 22
    assert np.prod(SIZES.astype(object)) == SPACE_SIZE


def test_choices_round_trip():
    """Genotypes come back from their choices, and choices from their genotypes."""
    genotypes = sample_many(np.random.default_rng(0), 200)
    choices = np.random.default_rng(1).integers(SIZES, size=(200, 22))

    assert from_choices(to_choices(genotypes)) == genotypes
    assert (to_choices(from_choices(choices)) == choices).all()
