"""Tests of `validation.measures.published`, on predictions that a test has made up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nb301.metrics import spearman
from tests.validation.surrogates import PREDICTED, TRUTH, Oracle, TimedOracle
from validation.measures import NotApplicable, published
from validation.measures.linear import linear_mean
from validation.places import published_predictions


@pytest.mark.usefixtures("made_up_predictions")
def test_who_made_them_agrees(real):
    """But for the shift, which is that of the predictions."""
    for version in published.FILES:
        assert published.agreement(real, version).value == 1
        assert published.offset(real, version).value == pytest.approx(-0.002)
        measured = published.gain_over_linear(real, version)
        linear = spearman(TRUTH.mean(PREDICTED), linear_mean(real, PREDICTED))
        assert measured.value == pytest.approx(1 - linear)
        assert measured.interval.low > 0.001


@pytest.mark.usefixtures("made_up_predictions")
def test_who_is_the_linear_model_gains_nothing(real):
    """Its agreement is that of the linear model."""

    class Linear:
        def predict(self, genotypes):
            return linear_mean(real, genotypes), np.zeros(len(genotypes))

    assert published.gain_over_linear(replace(real, predictor=Linear()), "v1.0").value == 0


@pytest.mark.usefixtures("made_up_predictions")
def test_seconds_are_those_of_the_older_version(real):
    """The one that has some; who predicts none is not asked."""
    for predictor in (real.predictor, TimedOracle()):
        assert published.runtime(replace(real, predictor=predictor)).value == 1
    with pytest.raises(NotApplicable, match="oracle predicts no runtimes"):
        published.runtime(replace(real, predictor=Oracle()))


def test_seconds_may_be_missing(real, made_up_predictions):
    """Then nothing is said about them."""
    path = made_up_predictions / published.FILES["v0.9"]
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
