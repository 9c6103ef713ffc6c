"""Tests of `validation.held_out`."""

from __future__ import annotations

import numpy as np
import pytest

from nb301 import tables
from nb301.errors import ReleaseError, TableError
from nb301.metrics import r2
from nb301.releases import find
from nb301.tables.schema import FITTED
from validation.held_out import held_out


@pytest.fixture(scope="module")
def manifest():
    return find("emulated-xgb-rand-v1.0").manifest


def changed(manifest, part, **values):
    """The manifest with some entries of one part changed."""
    return manifest.model_copy(update={part: getattr(manifest, part).model_copy(update=values)})


def test_test_rows_of_all_optimizers(manifest):
    """A random-only release is tested on rows of all optimizers (Appendix E.3)."""
    rows = held_out(manifest)

    found = tables.load("emulated-v1.0").rows
    optimizers = found[found["genotype"].isin([str(genotype) for genotype in rows.genotypes])]["optimizer"]
    assert set(FITTED) <= set(optimizers)
    assert len(rows.genotypes) == manifest.split.test == len(rows.truth["val_accuracy"])


def test_noise_free_accuracies(manifest):
    """The noise-free accuracies and runtimes explain the observed ones up to their noise."""
    rows = held_out(manifest)

    assert set(rows.noise_free) == {"val_accuracy", "runtime"}
    for quantity, noise_free in rows.noise_free.items():
        assert 0.9 < r2(rows.truth[quantity], noise_free) < 1


def test_no_ceiling_for_another_truth(manifest):
    """Another ground truth, even another version of the emulated one, has no known expectation."""
    rows = held_out(changed(manifest, "table", truth="emulated 0.9"))

    assert not rows.noise_free
    assert np.isfinite(rows.truth["runtime"]).all()


def test_another_table(manifest):
    """A table whose content differs from the manifest's is refused with both hashes."""
    with pytest.raises(ReleaseError, match=f"content hash 00, but here it has {manifest.table.content_hash}"):
        held_out(changed(manifest, "table", content_hash="00"))


def test_no_table(manifest):
    """A table that is not there is refused by name."""
    with pytest.raises(TableError, match=r"no table 'emulated-v9\.0'"):
        held_out(changed(manifest, "table", version="9.0"))


def test_another_split(manifest):
    """A test split of another size than the manifest's is refused."""
    with pytest.raises(ReleaseError, match="was measured on 7 test rows"):
        held_out(changed(manifest, "split", test=7))
