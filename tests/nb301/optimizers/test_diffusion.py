"""The Gaussian process of COMBO: its kernel, its fit and its expected improvement."""

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.optimize import check_grad
from scipy.stats import norm

from nb301.optimizers.choices import SIZES, to_choices
from nb301.optimizers.diffusion import DiffusionProcess, _one_hot, kernel, negative_log_posterior, weights
from nb301.space import sample_many
from nb301.truth.emulated import EmulatedTruth

RNG = np.random.default_rng(0)
X = to_choices(sample_many(RNG, 40))
LOG_BETA = RNG.normal(-1, 1, 22)


@pytest.mark.parametrize("choice", [0, 1, 2, 3])
def test_factor_is_the_diffusion_kernel(choice):
    """A factor is exp(-beta * Laplacian) of the complete graph, divided by its diagonal."""
    n, beta = SIZES[choice], np.exp(LOG_BETA[choice])
    laplacian = n * np.eye(n) - np.ones((n, n))
    diffusion = expm(-beta * laplacian)
    x = np.tile(X[0], (n, 1))
    x[:, choice] = np.arange(n)

    assert kernel(x, x, LOG_BETA) == pytest.approx(diffusion / diffusion[0, 0], rel=1e-12)


def test_kernel_is_the_diffusion_kernel_of_the_product():
    """On a product of graphs the kernel is exp(-sum of the Laplacians), a Kronecker product."""
    sizes, betas = SIZES[:2], np.exp(LOG_BETA[:2])
    first, second = (b * (n * np.eye(n) - np.ones((n, n))) for n, b in zip(sizes, betas, strict=True))
    diffusion = expm(-(np.kron(first, np.eye(sizes[1])) + np.kron(np.eye(sizes[0]), second)))
    x = np.tile(X[0], (sizes[0] * sizes[1], 1))
    x[:, :2] = [(a, b) for a in range(sizes[0]) for b in range(sizes[1])]

    assert kernel(x, x, LOG_BETA) == pytest.approx(diffusion / diffusion[0, 0], rel=1e-9)


def test_kernel_is_a_product_over_choices():
    """The kernel's logarithm loses the weight of each choice that differs."""
    expected = [[weights(LOG_BETA)[a != b].sum() for b in X] for a in X]

    assert -np.log(kernel(X, X, LOG_BETA)) == pytest.approx(np.array(expected), abs=1e-9)
    assert np.linalg.eigvalsh(kernel(X, X, LOG_BETA)).min() > 0


def test_weights_are_finite_at_the_bounds():
    """The smallest and largest beta give finite weights, none negative."""
    for bound in (-12.0, np.log(100.0)):
        weight = weights(np.full(22, bound))

        assert np.isfinite(weight).all()
        assert (weight >= 0).all()


def test_gradient_of_the_posterior():
    """The analytic gradient is that of finite differences."""
    y = RNG.normal(size=len(X))
    parameters = np.append(LOG_BETA, [0.2, -1.0])

    def value(at):
        return negative_log_posterior(at, _one_hot(X), y)[0]

    def gradient(at):
        return negative_log_posterior(at, _one_hot(X), y)[1]

    assert check_grad(value, gradient, parameters) < 1e-4


def test_posterior_is_the_likelihood_times_the_prior():
    """Its density is that of a normal with the kernel as covariance, times normals of log beta."""
    y = RNG.normal(size=3)
    parameters = np.append(LOG_BETA, [0.2, -1.0])
    covariance = np.exp(0.2) * kernel(X[:3], X[:3], LOG_BETA) + np.exp(-1.0) * np.eye(3)
    expected = 0.5 * y @ np.linalg.solve(covariance, y) + 0.5 * np.linalg.slogdet(covariance)[1]
    prior = norm(np.log(0.7), 0.5).logpdf(LOG_BETA).sum() + 22 * np.log(0.5 * np.sqrt(2 * np.pi))

    assert negative_log_posterior(parameters, _one_hot(X[:3]), y)[0] == pytest.approx(expected - prior)


def _fitted(n=150):
    genotypes = sample_many(np.random.default_rng(1), n + 100)
    truth = EmulatedTruth()
    x, y = to_choices(genotypes[:n]), truth.evaluate_many(genotypes[:n], 1).val_accuracy
    process = DiffusionProcess()
    process.fit(x, y)
    process.condition(x, y)
    return process, x, y, to_choices(genotypes[n:]), truth.mean(genotypes[n:])


def test_process_predicts():
    """Predictions go with the truth on architectures it has not seen, and fit their own std."""
    process, _, _, x, truth = _fitted()
    mean, std = process.predict(x)

    assert np.corrcoef(mean, truth)[0, 1] > 0.6
    assert np.std((mean - truth) / std) < 2


def test_process_is_surest_where_it_has_data():
    """The std is smallest at the results themselves, and never that of more than the prior."""
    process, x, _, unseen, _ = _fitted()

    assert process.predict(x)[1].max() < process.predict(unseen)[1].mean()


def test_expected_improvement_is_the_mean_of_draws():
    """Its closed form is the mean of what normal draws are above the best."""
    process, _, y, x, _ = _fitted()
    mean, std = process.predict(x[:3])
    best = float(np.quantile(y, 0.8))
    draws = norm(mean, std).rvs((200_000, 3), random_state=0)

    expected = np.maximum(draws - best, 0).mean(axis=0)

    assert process.expected_improvement(x[:3], best) == pytest.approx(expected, rel=0.05)
