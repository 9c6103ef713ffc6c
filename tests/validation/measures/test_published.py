"""Tests of `validation.measures.published`, on predictions that a test has made up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nb301.metrics import spearman
from nb301.space import sample_many
from tests.validation.surrogates import TRUTH, TimedOracle
from validation.measures import NotApplicable, published
from validation.measures.linear import linear_mean
from validation.places import published_predictions

GENOTYPES = sample_many(np.random.default_rng(3), 400)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Predictions of the emulated truth, a little higher, and its runtimes."""
    rows = pd.DataFrame(
        {"genotype": list(map(str, GENOTYPES)), "val_accuracy": TRUTH.mean(GENOTYPES) + 0.002}
    )
    rows.to_parquet(tmp_path / published.FILES["v1.0"])
    rows.assign(runtime=TRUTH.median_runtime(GENOTYPES)).to_parquet(tmp_path / published.FILES["v0.9"])
    monkeypatch.setenv("NB301_PUBLISHED", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_who_made_them_agrees(real):
    """But for the shift, which is that of the predictions."""
    for version in published.FILES:
        assert published.agreement(real, version).value == 1
        assert published.offset(real, version).value == pytest.approx(-0.002)
        measured = published.gain_over_linear(real, version)
        linear = spearman(TRUTH.mean(GENOTYPES), linear_mean(real, GENOTYPES))
        assert measured.value == pytest.approx(1 - linear)
        assert measured.interval.low > 0.001


@pytest.mark.usefixtures("folder")
def test_who_is_the_linear_model_gains_nothing(real):
    """Its agreement is that of the linear model."""

    class Linear:
        def predict(self, genotypes):
            return linear_mean(real, genotypes), np.zeros(len(genotypes))

    assert published.gain_over_linear(replace(real, predictor=Linear()), "v1.0").value == 0


@pytest.mark.usefixtures("folder")
def test_seconds_are_those_of_the_older_version(real):
    """The one that has some; who predicts none is not asked."""
    assert published.runtime(replace(real, predictor=TimedOracle())).value == 1
    with pytest.raises(NotApplicable, match="stand-in predicts no runtimes"):
        published.runtime(real)


def test_seconds_may_be_missing(real, folder):
    """Then nothing is said about them."""
    path = folder / published.FILES["v0.9"]
    pd.read_parquet(path).drop(columns="runtime").to_parquet(path)
    with pytest.raises(NotApplicable, match="has no runtimes"):
        published.runtime(replace(real, predictor=TimedOracle()))


def test_what_is_missing_is_told(real, tmp_path, monkeypatch):
    """The file, and how to name its folder; by default it is looked for beside the checkout."""
    monkeypatch.setenv("NB301_PUBLISHED", str(tmp_path))
    with pytest.raises(NotApplicable, match=r"no file .*xgb_v10_predictions\.parquet; NB301_PUBLISHED names"):
        published.agreement(real, "v1.0")
    monkeypatch.delenv("NB301_PUBLISHED")
    assert published_predictions().parts[-2:] == ("shared", "data")
