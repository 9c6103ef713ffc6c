"""The official `Ensemble`: importable, not buildable."""

from __future__ import annotations

import pytest

from nb301.compat.nasbench301.surrogate_models.ensemble import Ensemble
from nb301.errors import CompatError


def test_says_what_does_the_same():
    """Whatever it is built with."""
    with pytest.raises(CompatError, match="cannot be built here"):
        Ensemble("anything", seed=1)
