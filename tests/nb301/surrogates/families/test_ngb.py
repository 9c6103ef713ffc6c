"""NGBoost: the library's own mean predictions, by our own trees."""

from __future__ import annotations

import ngboost
import numpy as np
import pytest

from nb301.encodings import vector
from nb301.space import sample_many, to_codes
from nb301.surrogates.families import ngb
from nb301.surrogates.members.base import Examples


def examples(seed, n):
    """Random genotypes with targets that are not linear in them."""
    rng = np.random.default_rng(seed)
    codes = to_codes(sample_many(rng, n))
    ops = codes[..., 1].reshape(n, -1).astype(float)
    return Examples(codes, 0.93 + 0.01 * np.sin(ops).mean(axis=1) + 0.001 * rng.normal(size=n))


@pytest.fixture
def fitted(monkeypatch):
    """The models that ngboost has fitted."""
    models = []

    class Spy(ngboost.NGBRegressor):
        def fit(self, *args, **kwargs):
            models.append(self)
            return super().fit(*args, **kwargs)

    monkeypatch.setattr(ngboost, "NGBRegressor", Spy)
    return models


@pytest.mark.parametrize("settings", [{}, {"col_sample": 1.0, "max_depth": 3}, {"max_depth": 6}], ids=str)
def test_predicts_what_ngboost_predicts(fitted, settings):
    """The means of the iterations up to the best, on rows that the model has not seen."""
    train, stop = examples(0, 300), examples(1, 100)
    hyperparameters = {**ngb.HYPERPARAMETERS, "n_estimators": 15, **settings}
    surrogate = ngb.NGBSurrogate([ngb.fit(train, stop, seed, hyperparameters) for seed in (1, 2)])
    codes = examples(2, 150).codes
    for model, predicted in zip(fitted, surrogate.predict(codes), strict=True):
        expected = model.predict(vector(codes), max_iter=model.best_val_loss_itr + 1) / 100
        np.testing.assert_allclose(predicted, expected, rtol=0, atol=1e-6)


def test_stops_early(fitted):
    """Where `stop` shows that nothing can be learnt, fitting ends long before the last iteration."""
    train, stop = examples(0, 100), examples(1, 60)
    stop = Examples(stop.codes, stop.target[::-1])
    ngb.fit(train, stop, 0, {**ngb.HYPERPARAMETERS, "learning_rate": 0.3})
    (model,) = fitted
    assert model.best_val_loss_itr < 50
    assert len(model.base_models) <= model.best_val_loss_itr + 1 + ngb._EARLY_STOPPING


def test_hyperparameters_reach_ngboost(fitted):
    """What is set is what the library fits with; its columns are those it drew."""
    ngb.fit(examples(0, 60), examples(1, 30), 7, {**ngb.HYPERPARAMETERS, "n_estimators": 2})
    (model,) = fitted
    settings = {**ngb.HYPERPARAMETERS, "n_estimators": 2, "random_state": 7}
    assert model.Base.max_depth == settings.pop("max_depth")
    assert settings.items() <= model.get_params().items()
