"""Support vector regression: scikit-learn's own predictions, in numpy."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.svm

from nb301.encodings import vector
from nb301.metrics import r2
from nb301.space import sample_many, to_codes
from nb301.surrogates import FAMILIES
from nb301.surrogates.families import svr
from nb301.surrogates.members.base import Examples

ESTIMATORS = {"eps_svr": "SVR", "nu_svr": "NuSVR"}


def examples(seed, n):
    """Random genotypes; targets that are linear in the numbers of their ops, and noise."""
    rng = np.random.default_rng(seed)
    codes = to_codes(sample_many(rng, n))
    return Examples(codes, 0.93 + 0.002 * codes[..., 1].mean(axis=(1, 2)) + 2e-4 * rng.normal(size=n))


@pytest.fixture(scope="module")
def data():
    return examples(0, 200)


@pytest.fixture(params=ESTIMATORS)
def name(request):
    """Either family."""
    return request.param


@pytest.mark.parametrize("inputs", ["unit", "raw"])
@pytest.mark.parametrize("gamma", ["scale", "auto"])
@pytest.mark.parametrize("kernel", svr._KERNELS)
def test_predicts_what_scikit_learn_predicts(data, name, kernel, gamma, inputs):
    """Every kernel, gamma and scale of inputs, on rows that the model has not seen."""
    settings = {"kernel": kernel, "gamma": gamma, "degree": 2, "C": 0.01}  # a small C is fast
    file = FAMILIES[name].fit(data, data, 0, {**settings, "inputs": inputs})
    unit = {"raw": 1, "unit": 210}[inputs]
    model = getattr(sklearn.svm, ESTIMATORS[name])(**settings)
    model.fit(svr.inputs(data.codes, unit) / unit, data.target * 100)
    codes = examples(1, 80).codes
    expected = model.predict(svr.inputs(codes, unit) / unit) / 100
    # a sigmoid of raw numbers is off by whole factors: then the error is relative, too
    np.testing.assert_allclose(svr.SVRSurrogate([file]).predict(codes)[0], expected, rtol=1e-9, atol=1e-6)


def test_members_may_differ_in_their_inputs(data):
    """Members on unit and on raw inputs predict together what they predict alone."""
    files = [
        svr.fit_nu(data, data, 0, {**svr.NU_HYPERPARAMETERS, "inputs": kind}) for kind in ("raw", "unit")
    ]
    together = svr.SVRSurrogate(files).predict(data.codes)
    for file, alone in zip(files, together, strict=True):
        np.testing.assert_array_equal(svr.SVRSurrogate([file]).predict(data.codes)[0], alone)


def test_table_7_reaches_the_estimator(data, name, monkeypatch):
    """Every value of Table 7 is set, which the official code drops (official_facts F16)."""
    seen = {}
    estimator = getattr(sklearn.svm, ESTIMATORS[name])

    class Spy(estimator):
        def fit(self, *args):
            seen.update(self.get_params())
            return super().fit(*args)

    monkeypatch.setattr(sklearn.svm, ESTIMATORS[name], Spy)
    FAMILIES[name].fit(data, data, 0, FAMILIES[name].hyperparameters)
    table_7 = {
        "eps_svr": {"C": 3.066, "coef0": 0.1627, "degree": 1, "epsilon": 0.0251, "gamma": "auto"}
        | {"kernel": "sigmoid", "shrinking": False, "tol": 0.0021},
        "nu_svr": {"C": 5.3131, "coef0": -0.3316, "degree": 128, "nu": 0.1839, "gamma": "scale"}
        | {"kernel": "rbf", "shrinking": True, "tol": 0.003},
    }
    assert table_7[name].items() <= seen.items()


def test_inputs_are_between_0_and_1():
    """Unit inputs cover 0 to 1 in every slot, keep the order of `vector`, and raw ones are `vector`."""
    codes = to_codes(sample_many(np.random.default_rng(0), 2000))
    unit, raw = svr.inputs(codes, 210) / 210, svr.inputs(codes, 1)
    np.testing.assert_array_equal(raw, vector(codes))
    assert unit.min() == 0
    assert unit.max(axis=0).tolist() == [1.0] * unit.shape[1]
    for one, other in zip(unit.T, raw.T, strict=True):
        assert len(np.unique(one)) == len(np.unique(other))
        np.testing.assert_array_equal(np.argsort(one, kind="stable"), np.argsort(other, kind="stable"))


def test_raw_inputs_saturate_the_sigmoid(data):
    """Why inputs are between 0 and 1: Table 7's epsilon-SVR learns from few rows of these."""
    score = {
        kind: r2(data.target, svr.SVRSurrogate([file]).predict(data.codes)[0])
        for kind in ("unit", "raw")
        for file in [svr.fit_eps(data, data, 0, {**svr.EPS_HYPERPARAMETERS, "inputs": kind})]
    }
    assert score["unit"] > 0.5
    assert score["raw"] < 0
