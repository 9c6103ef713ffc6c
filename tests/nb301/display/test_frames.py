"""DataFrames, or how to get what makes them."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from nb301.display import frame
from nb301.errors import MissingExtra


def test_columns_are_in_their_order():
    """What belongs to all rows stands in each."""
    made = frame({"genotype": ["a", "b"], "mean": np.array([0.5, 0.25]), "release": "r"})

    assert [*made.columns] == ["genotype", "mean", "release"]
    assert made.to_dict("list") == {"genotype": ["a", "b"], "mean": [0.5, 0.25], "release": ["r", "r"]}


def test_missing_pandas_names_its_extra(monkeypatch):
    """And no other error does."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match=r"nb301\[tables\]"):
        frame({"mean": [1.0]})
