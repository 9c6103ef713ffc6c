"""Where the drop-in meets the importer of official models."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from nb301.compat.nasbench301 import official_files
from nb301.errors import CompatError


@pytest.mark.usefixtures("importing")
def test_gives_what_the_importer_gives(tmp_path):
    """Releases, and whether seconds are meant; names, by folders."""
    imported = official_files.imported(tmp_path / "lgb_runtime_v1.0")
    assert imported.of_runtime
    assert imported.release.name == "cifar10-xgb-rand-v1.0"
    fetched = official_files.fetched("1.0", delete_archive=True)
    assert fetched["xgb_v1.0"] == "cifar10-xgb-rand-v1.0"


def test_seconds_are_the_members(monkeypatch):
    """An imported runtime model is asked for each of its members."""
    stub = SimpleNamespace(seconds=lambda release, codes: np.full(3, float(len(codes)) + release))
    monkeypatch.setitem(sys.modules, "nb301.official.drop_in", stub)
    assert official_files.seconds(2, np.zeros((1, 2, 8, 2))).tolist() == [3, 3, 3]


@pytest.mark.usefixtures("no_importing")
def test_is_clear_without_an_importer(tmp_path):
    """One line, which names what works."""
    with pytest.raises(CompatError, match="cannot import official models") as caught:
        official_files.imported(tmp_path)
    assert str(caught.value).isprintable()


def test_other_missing_modules_are_not_hidden(tmp_path, monkeypatch):
    """An importer that lacks a library says which."""

    def missing(_):
        raise ModuleNotFoundError("No module named 'pooch'", name="pooch")

    monkeypatch.setattr(official_files, "import_module", missing)
    with pytest.raises(ModuleNotFoundError, match="pooch"):
        official_files.imported(tmp_path)
