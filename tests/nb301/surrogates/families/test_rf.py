"""The random forest: scikit-learn's own predictions, by our own walk."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.ensemble

from nb301.encodings import vector
from nb301.space import sample_many, to_codes
from nb301.surrogates.families import rf
from nb301.surrogates.members.base import Examples


@pytest.fixture(scope="module")
def data():
    """400 random genotypes with targets that are not linear in them."""
    rng = np.random.default_rng(0)
    codes = to_codes(sample_many(rng, 400))
    ops = codes[..., 1].reshape(len(codes), -1).astype(float)
    return Examples(codes, 0.93 + 0.01 * np.sin(ops).mean(axis=1) + 0.001 * rng.normal(size=len(codes)))


@pytest.mark.parametrize(
    "settings",
    [{}, {"max_features": 1.0, "min_samples_leaf": 1}, {"min_samples_leaf": 400}, {"bootstrap": True}],
    ids=str,
)
def test_predicts_what_scikit_learn_predicts(data, settings):
    """Forests of deep trees, of stumps and of nothing but roots, on rows they have not seen."""
    hyperparameters = {**rf.HYPERPARAMETERS, "n_estimators": 20, **settings}
    surrogate = rf.ForestSurrogate([rf.fit(data, data, seed, hyperparameters) for seed in (1, 2)])
    codes = to_codes(sample_many(np.random.default_rng(1), 150))
    for seed, predicted in zip((1, 2), surrogate.predict(codes), strict=True):
        forest = sklearn.ensemble.RandomForestRegressor(random_state=seed, **hyperparameters)
        forest.fit(vector(data.codes), data.target * 100)
        np.testing.assert_allclose(predicted, forest.predict(vector(codes)) / 100, rtol=0, atol=1e-6)


def test_table_7_reaches_the_forest(data, monkeypatch):
    """Table 7's values are set, with `bootstrap` as a boolean that is off (official_facts F16)."""
    seen = {}

    class Spy(sklearn.ensemble.RandomForestRegressor):
        def fit(self, *args):
            seen.update(self.get_params())
            return super().fit(*args)

    monkeypatch.setattr(sklearn.ensemble, "RandomForestRegressor", Spy)
    rf.fit(data, data, 7, rf.HYPERPARAMETERS)
    table_7 = {"n_estimators": 116, "min_samples_split": 2, "min_samples_leaf": 2, "max_features": 0.1706}
    assert {**table_7, "random_state": 7}.items() <= seen.items()
    assert seen["bootstrap"] is False
