"""A Gaussian process with the diffusion kernel on a product of complete graphs (Oh et al., 2019).

On the complete graph of n vertices the diffusion kernel exp(-beta * Laplacian) has a closed form:
(1 + (n-1) e^(-n beta)) / n between equal vertices, (1 - e^(-n beta)) / n between others. Divided by
the first, it is 1 for equal vertices and a ratio below 1 for others, so that the product over all
choices is exp(-sum of the weights of the choices that differ), a weight being -log(ratio).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nb301.optimizers.choices import SIZES

_Floats = NDArray[np.float64]

# Prior of log beta, normal, ours. Oh et al. sample under a horseshoe prior; its maximum is at beta 0,
# where a choice's options share nothing, and hundreds of results do not outweigh 22 such priors. At
# the mean, architectures that differ in all choices share about 0.3 of the covariance.
_LOG_BETA_MEAN, _LOG_BETA_STD = float(np.log(0.7)), 0.5
# Bounds of Oh et al.'s code
_LOG_BETA_BOUNDS = (-12.0, float(np.log(100.0)))
# Bounds of signal and noise variance of standardised values; ours, wide
_LOG_SIGNAL_BOUNDS, _LOG_NOISE_BOUNDS = (-3.0, 5.0), (-7.0, 0.7)
_ITERATIONS = 30


def weights(log_beta: _Floats) -> _Floats:
    """What a difference in each choice takes from the kernel's logarithm, shape (22,).

    Args:
        log_beta: Logarithms of the edge weights, shape (22,). The larger, the less a choice matters.
    """
    decay = np.exp(-SIZES * np.exp(log_beta))
    # for a small beta 1 - e^(-n beta) is all rounding error, expm1 is not
    log_weights: _Floats = np.log1p((SIZES - 1) * decay) - np.log(-np.expm1(-SIZES * np.exp(log_beta)))
    return log_weights


def kernel(first: NDArray[np.int64], second: NDArray[np.int64], log_beta: _Floats) -> _Floats:
    """Normalised product kernel between choices of shapes (n, 22) and (m, 22): shape (n, m)."""
    covariance: _Floats = np.exp(_one_hot(first) @ _weighted(second, log_beta).T - weights(log_beta).sum())
    return covariance


class DiffusionProcess:
    """Regression of standardised values, with a signal variance, noise and one beta for each choice."""

    def __init__(self) -> None:
        #: Number of results that predictions rest on.
        self.n = 0
        # one of signal variance, a third of it of noise: anything within the bounds would do
        self._parameters = np.append(np.full(len(SIZES), _LOG_BETA_MEAN), [0.0, -1.0])

    def fit(self, x: NDArray[np.int64], y: _Floats) -> None:
        """Maximise the posterior density of the parameters, from where they are.

        Oh et al. sample it by slices; the maximum needs one of their hundreds of factorisations for
        each iteration.

        Args:
            x: Choices, shape (n, 22).
            y: Values, shape (n,).
        """
        from scipy.optimize import minimize

        bounds = [_LOG_BETA_BOUNDS] * len(SIZES) + [_LOG_SIGNAL_BOUNDS, _LOG_NOISE_BOUNDS]
        optimum = minimize(
            negative_log_posterior,
            self._parameters,
            args=(_one_hot(x), _standardised(y)),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": _ITERATIONS},
        )
        self._parameters = optimum.x

    def condition(self, x: NDArray[np.int64], y: _Floats) -> None:
        """Rest predictions on values, shape (n,), of choices, shape (n, 22)."""
        from scipy.linalg import cho_solve

        log_beta, signal, noise = _split(self._parameters)
        covariance = signal * kernel(x, x, log_beta) + noise * np.eye(len(x))
        factor = np.linalg.cholesky(covariance)
        self.n, self.x = len(x), x
        # what `kernel` would work out again for every prediction
        self._known, self._log_least = _weighted(x, log_beta), weights(log_beta).sum()
        self._mean, self._std = float(y.mean()), _std(y)
        self._inverse = cho_solve((factor, True), np.eye(len(x)))
        self._weighted = self._inverse @ _standardised(y)

    def predict(self, x: NDArray[np.int64]) -> tuple[_Floats, _Floats]:
        """Mean and std of the values without noise, shape (m,), at choices of shape (m, 22)."""
        _, signal, _ = _split(self._parameters)
        cross = signal * np.exp(_one_hot(x) @ self._known.T - self._log_least)
        variance = signal - np.einsum("ij,ij->i", cross @ self._inverse, cross)
        mean = self._mean + self._std * (cross @ self._weighted)
        return mean, self._std * np.sqrt(np.maximum(variance, 1e-12))

    def expected_improvement(self, x: NDArray[np.int64], best: float) -> _Floats:
        """Expected improvement over `best`, shape (m,), at choices of shape (m, 22)."""
        from scipy.special import ndtr

        mean, std = self.predict(x)
        z = (mean - best) / std
        density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
        improvement: _Floats = std * (z * ndtr(z) + density)
        return improvement


def negative_log_posterior(parameters: _Floats, one_hot: _Floats, y: _Floats) -> tuple[float, _Floats]:
    """Negative logarithm of the parameters' posterior density, up to a constant, and its gradient.

    Args:
        parameters: Logarithms of the 22 betas, signal variance and noise variance, shape (24,).
        one_hot: Choices, shape (n, 140).
        y: Standardised values, shape (n,).
    """
    from scipy.linalg import cho_solve

    log_beta, signal, noise = _split(parameters)
    weight = weights(log_beta)
    smooth = signal * np.exp((one_hot * np.repeat(weight, SIZES)) @ one_hot.T - weight.sum())
    factor = np.linalg.cholesky(smooth + noise * np.eye(len(y)))
    inverse = cho_solve((factor, True), np.eye(len(y)))
    weighted = inverse @ y
    from_mean = (log_beta - _LOG_BETA_MEAN) / _LOG_BETA_STD
    value = 0.5 * y @ weighted + np.log(np.diag(factor)).sum() + 0.5 * (from_mean**2).sum()
    # d value / d covariance, times the covariance's own derivatives
    slope = 0.5 * (inverse - np.outer(weighted, weighted))
    pull = slope * smooth
    same = np.add.reduceat((one_hot * (pull @ one_hot)).sum(axis=0), np.cumsum(SIZES) - SIZES)
    by_weight = same - pull.sum()
    by_beta = by_weight * _weight_slope(log_beta) + from_mean / _LOG_BETA_STD
    return float(value), np.concatenate([by_beta, [pull.sum(), noise * np.trace(slope)]])


def _split(parameters: _Floats) -> tuple[_Floats, float, float]:
    return parameters[:-2], float(np.exp(parameters[-2])), float(np.exp(parameters[-1]))


def _one_hot(x: NDArray[np.int64]) -> _Floats:
    encoded = np.zeros((len(x), int(SIZES.sum())))
    encoded[np.arange(len(x))[:, None], x + np.cumsum(SIZES) - SIZES] = 1
    return encoded


def _weighted(x: NDArray[np.int64], log_beta: _Floats) -> _Floats:
    return _one_hot(x) * np.repeat(weights(log_beta), SIZES)


def _weight_slope(log_beta: _Floats) -> _Floats:
    """Derivatives of the weights by the logarithms of their betas."""
    beta = np.exp(log_beta)
    decay = np.exp(-SIZES * beta)
    slope: _Floats = (
        -SIZES * beta * decay * ((SIZES - 1) / (1 + (SIZES - 1) * decay) - 1 / np.expm1(-SIZES * beta))
    )
    return slope


def _std(y: _Floats) -> float:
    return float(y.std()) or 1.0  # equal values are all zero, whatever the unit


def _standardised(y: _Floats) -> _Floats:
    standardised: _Floats = (y - y.mean()) / _std(y)
    return standardised
