"""Versions of libraries, as manifests name them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest

from nb301.surrogates import libraries


def test_versions_by_name():
    """Each library has its installed version."""
    assert libraries.installed(["numpy"]) == {"numpy": np.__version__}
    assert libraries.installed([]) == {}


def test_the_build_for_processors_counts(monkeypatch):
    """A library that is installed under the name of its CPU build has that one's version."""

    def version(name):
        if name != "xgboost-cpu":
            raise PackageNotFoundError(name)
        return "3.0"

    monkeypatch.setattr(libraries, "version", version)
    assert libraries.installed(["xgboost"]) == {"xgboost": "3.0"}
    with pytest.raises(PackageNotFoundError, match="nosuch-cpu"):
        libraries.installed(["nosuch"])
