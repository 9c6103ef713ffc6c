"""The regression network of BANANAS: its gradient, what it learns and when it stops."""

import numpy as np
import pytest

from nb301.optimizers.regression import RegressionNetwork


def test_network_gradient():
    """The gradient is that of the mean absolute error, by finite differences."""
    rng = np.random.default_rng(0)
    network = RegressionNetwork(rng, inputs=5, layers=2, width=4)
    x, y = rng.normal(size=(7, 5)).astype(np.float32), rng.normal(size=7).astype(np.float32)
    gradient = network.gradient(x, y)

    for index in range(len(gradient)):
        errors = []
        for step in (-1e-3, 1e-3):
            network._weights[index] += step
            errors.append(np.abs(network.predict(x) - y).mean(dtype=np.float64))
            network._weights[index] -= step
        assert gradient[index] == pytest.approx((errors[1] - errors[0]) / 2e-3, abs=2e-3)


def test_network_learns():
    """It explains most of a linear function of its inputs on examples that it has not seen."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 8)).astype(np.float32)
    y = x @ np.linspace(-0.5, 0.5, 8).astype(np.float32)
    network = RegressionNetwork(rng, inputs=8, layers=3, width=20)
    network.fit(x[:500], y[:500])

    assert np.corrcoef(network.predict(x[500:]), y[500:])[0, 1] > 0.98


def test_network_stops_early_with_its_best_weights():
    """Where there is nothing to learn, training on does not make the held-out error worse."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(100, 50)).astype(np.float32), rng.normal(size=100).astype(np.float32)
    network = RegressionNetwork(np.random.default_rng(1), inputs=50, layers=2, width=20)
    held = np.random.default_rng(1)
    for fan_in, fan_out in ((50, 20), (20, 20), (20, 1)):
        held.uniform(-1, 1, (fan_in, fan_out))
    held_out = held.permutation(100)[:10]
    before = np.abs(network.predict(x[held_out]) - y[held_out]).mean()
    network.fit(x, y)

    assert np.abs(network.predict(x[held_out]) - y[held_out]).mean() <= before
