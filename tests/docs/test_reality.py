"""Tests of `docs/reality.py`: the page of how far the emulation stands for trainings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from docs import reality
from nb301 import sample, tables
from nb301.truth.base import described
from nb301.truth.emulated import EmulatedTruth


@pytest.fixture
def page(tmp_path, tiny_table, monkeypatch):
    """The page of emulated rows in place of trainings, with two of the releases."""
    genotypes = [sample(np.random.default_rng(seed)) for seed in range(300)]
    rows = pd.DataFrame({"genotype": [*map(str, genotypes)], "val_accuracy": EmulatedTruth().mean(genotypes)})
    for version in ("v10", "v09"):
        rows.to_parquet(tmp_path / f"xgb_{version}_predictions.parquet")
    # the first 60 are told apart by their id: the fit has not seen them
    listed = tiny_table.rows[["genotype", "val_accuracy"]].assign(id=[*range(0, 300, 5)] + [1] * 240)
    listed.to_parquet(tmp_path / "cifar10_random_search.parquet")
    monkeypatch.setattr(reality, "HERE", tmp_path)
    monkeypatch.setattr(
        reality, "list_releases", lambda: ["emulated-xgb-v2.0", "fashion-mnist-tiny-xgb-v1.0"]
    )
    monkeypatch.setattr(tables, "load", lambda _name: tiny_table)
    reality.main("tiny", tmp_path)
    assert (tmp_path / "reality.svg").read_text(encoding="utf-8").startswith("<svg")
    return (tmp_path / "reality.md").read_text(encoding="utf-8").splitlines()


def test_the_truth_agrees_with_itself(page):
    """It ranks its own expectations without error, also where they stand for the paper's models."""
    assert f"| the truth, {described(EmulatedTruth())} | 1.000 | 1.000 |" in page


def test_rows_of_the_fit_have_no_part_in_it(page):
    """Agreement is with a fifth of the trainings, and of one model's predictions."""
    assert any("seen are what follows: 60 trainings" in line for line in page)
    assert "| | XGB v1.0, 300 | XGB v0.9, 60 |" in page


def test_regions_are_of_trainings_and_of_the_papers_models(page):
    """Each table has the emulated truth and releases, and the best tenth; too small regions are left out."""
    best = [line for line in page if line.startswith("| the best tenth by these accuracies |")]
    assert [line.split(" | ")[1] for line in best] == ["6", "6"]
    assert best[1].split(" | ")[4] == "1.000"
    regions = [line for line in page if line.startswith("| three or four operations without parameters |")]
    assert len(regions) == 2
    assert all("five or more avg_pool_3x3" not in line for line in page)


def test_other_trainings_have_no_part_in_it(page):
    """Releases on small networks do not say how far the emulation stands for CIFAR-10."""
    assert any("`emulated-xgb-v2.0`" in line for line in page)
    assert all("fashion" not in line for line in page)
