"""A feed-forward regression network in numpy: what BANANAS predicts with (White et al., 2019)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_Array = NDArray[np.float32]


class RegressionNetwork:
    """Fully connected ReLU layers and a linear output, trained by Adam on the absolute error.

    Args:
        rng: Where weights, the held-out part and the order of training are drawn from.
        inputs: Width of the input.
        layers: Number of hidden layers.
        width: Of a hidden layer.
    """

    def __init__(self, rng: np.random.Generator, inputs: int, layers: int, width: int) -> None:
        self._rng = rng
        shapes = list(pairwise([inputs, *[width] * layers, 1]))
        #: All weights; those of a layer are views of it, so that Adam's step is one for all.
        self._weights = np.zeros(sum((fan_in + 1) * fan_out for fan_in, fan_out in shapes), np.float32)
        self._layers: list[tuple[_Array, _Array]] = []
        start = 0
        for fan_in, fan_out in shapes:
            bias = start + fan_in * fan_out
            matrix = self._weights[start:bias].reshape(fan_in, fan_out)
            # Glorot's uniform, the default of Keras, which White et al. use
            matrix[:] = np.sqrt(6 / (fan_in + fan_out)) * rng.uniform(-1, 1, matrix.shape)
            start = bias + fan_out
            self._layers.append((matrix, self._weights[bias:start]))

    def predict(self, x: _Array) -> _Array:
        """Predict targets, shape (n,), of inputs, shape (n, inputs)."""
        return self._forward(x)[-1][:, 0]

    def fit(
        self,
        x: _Array,
        y: _Array,
        *,
        rate: float = 0.01,
        batch: int = 32,
        epochs: int = 150,
        held_out: float = 0.1,
        patience: int = 10,
    ) -> None:
        """Train until the error on a held-out part has stopped falling; keep the best weights.

        Args:
            x: Inputs, shape (n, inputs), at least two.
            y: Targets, of about unit scale, shape (n,).
            rate: Learning rate; 0.01 in White et al.'s code.
            batch: Examples to a step; 32 in White et al.'s code.
            epochs: Most passes over the training part; 150 in White et al.'s code.
            held_out: Share of examples that training does not see, at least one; 0.1 in Appendix C.3.
            patience: Epochs without improvement after which training stops; ours.
        """
        order = self._rng.permutation(len(x))
        n_held_out = max(1, round(held_out * len(x)))
        held, train = order[:n_held_out], order[n_held_out:]
        adam = _Adam(self._weights, rate)
        best, best_error, waited = self._weights.copy(), np.inf, 0
        for _ in range(epochs):
            shuffled = self._rng.permutation(train)
            for start in range(0, len(shuffled), batch):
                chosen = shuffled[start : start + batch]
                adam.step(self.gradient(x[chosen], y[chosen]))
            error = float(np.abs(self.predict(x[held]) - y[held]).mean())
            if error < best_error:
                best, best_error, waited = self._weights.copy(), error, 0
            else:
                waited += 1
            if waited == patience:
                break
        self._weights[:] = best

    def gradient(self, x: _Array, y: _Array) -> _Array:
        """Gradient of the mean absolute error by all weights: a layer's matrix, then its bias."""
        outputs = self._forward(x)
        parts: list[_Array] = []
        delta = np.sign(outputs[-1] - y[:, None]) / np.float32(len(y))
        for (matrix, _), below in zip(self._layers[::-1], outputs[-2::-1], strict=True):
            parts += [delta.sum(axis=0), (below.T @ delta).ravel()]
            delta = (delta @ matrix.T) * (below > 0)
        return np.concatenate(parts[::-1])

    def _forward(self, x: _Array) -> list[_Array]:
        """The input and the output of every layer, the last one linear."""
        outputs = [x]
        for matrix, bias in self._layers[:-1]:
            outputs.append(np.maximum(outputs[-1] @ matrix + bias, 0))
        matrix, bias = self._layers[-1]
        return [*outputs, outputs[-1] @ matrix + bias]


class _Adam:
    """Adam (Kingma & Ba, 2015); changes the weights in place."""

    # as White et al.'s code sets them
    _MEAN_DECAY, _SQUARE_DECAY, _EPSILON = 0.9, 0.99, np.float32(1e-7)

    def __init__(self, weights: _Array, rate: float) -> None:
        self._weights, self._rate, self._steps = weights, rate, 0
        self._mean, self._square = np.zeros_like(weights), np.zeros_like(weights)

    def step(self, gradient: _Array) -> None:
        self._steps += 1
        self._mean += (1 - self._MEAN_DECAY) * (gradient - self._mean)
        self._square += (1 - self._SQUARE_DECAY) * (gradient * gradient - self._square)
        corrected = np.sqrt(1 - self._SQUARE_DECAY**self._steps) / (1 - self._MEAN_DECAY**self._steps)
        self._weights -= (
            np.float32(self._rate * corrected) * self._mean / (np.sqrt(self._square) + self._EPSILON)
        )
