"""The family of GINs: its hyperparameters, and what it needs."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from nb301.errors import MissingExtra
from nb301.space import sample_many, to_codes
from nb301.surrogates.families.gin import family
from nb301.surrogates.members.base import Examples

CODES = to_codes(sample_many(np.random.default_rng(0), 40))
#: Half of the ops matter, so that there is something to learn.
TARGET = 0.9 + 0.005 * (CODES[:, 0, :, 1] >= 3).sum(axis=1)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"depth": 3}, "no hyperparameter 'depth'"),
        ({"hidden_dim": 0}, "hidden_dim is 0, expected an integer of at least 1"),
        ({"hidden_dim": 2.5}, "hidden_dim is 2.5, expected int"),
        ({"shuffle": 1}, "shuffle is 1, expected bool"),
        ({"dropout_prob": 1.0}, "dropout_prob is 1.0, expected at least 0 and less than 1"),
    ],
)
def test_names_the_wrong_hyperparameter(values, message):
    """A hyperparameter that is unknown, of another type or out of range is named with its value."""
    with pytest.raises(ValueError, match=message):
        family.fit(Examples(CODES, TARGET), Examples(CODES, TARGET), 0, values)


def test_names_the_extra_that_is_missing(monkeypatch):
    """Without torch, which only fits them, GINs say which extra brings it."""
    monkeypatch.setitem(sys.modules, "torch", None)
    examples = Examples(CODES, TARGET)
    with pytest.raises(MissingExtra, match=r"torch is not installed: pip install 'nb301\[torch\]'"):
        family.fit(examples, examples, 0, family.HYPERPARAMETERS)
