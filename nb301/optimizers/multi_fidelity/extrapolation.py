"""Learning-curve extrapolation for optimizers of whole trainings, as in NAS-Bench-x11 (Yan et al., 2021)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.optimizers.base import EPOCHS, LooksAhead, Observation, Optimizer, Training
from nb301.optimizers.ls import LocalSearch
from nb301.optimizers.re import RegularizedEvolution
from nb301.space import Genotype

#: Whole trainings of which the latest are extrapolated from, so that a fit takes no more time than another.
_MEMORY = 300
#: Of squared weights; ours, one of a few that were tried.
_PENALTY = 10.0


class Extrapolation:
    """Pauses every training, and goes on only where its extrapolated end is among the best so far.

    The optimizer inside is told the accuracy of whole trainings, and of the others the extrapolated one.
    The first trainings are whole. Ends are predicted from the accuracies so far, their first and second
    differences, mean and std (Baker et al., 2018), by ridge regression. NAS-Bench-x11 has a support vector
    regression with radial kernels there, which knows nothing better than what it was fitted to: evolution
    then stands still. With it RE and LS find 94.1 and 93.2 % of the emulated truth in 10^6 s, with a ridge
    94.4 and 94.3, and without extrapolation 94.4 and 93.7 (means of ten runs, eight of the ridge).

    Args:
        optimizer: Proposes genotypes, and is told of them.
        epochs: Of a whole training.
        pause: Epochs before the pause; 20 in NAS-Bench-x11.
        start: Whole trainings before the first extrapolation; 20 in NAS-Bench-x11.
        good: Share of whole trainings that an extrapolated one is to be among, 0..1; 0.2 in NAS-Bench-x11.

    Raises:
        ValueError: A setting is out of its range.
    """

    def __init__(
        self, optimizer: Optimizer, epochs: int = EPOCHS, pause: int = 20, start: int = 20, good: float = 0.2
    ) -> None:
        are_integers = all(isinstance(value, int) for value in (epochs, pause, start))
        if not (are_integers and 2 < pause < epochs and start >= 2 and 0 < good < 1):
            raise ValueError(
                "expected integers 2 < pause < epochs, start of at least 2 and 0 < good < 1, got "
                f"{pause!r}, {epochs!r}, {start!r} and {good!r}"
            )
        self._optimizer, self._epochs, self._pause = optimizer, epochs, pause
        self._start, self._good = start, good
        #: Beginnings and ends of the latest whole trainings.
        self._beginnings: deque[tuple[float, ...]] = deque(maxlen=_MEMORY)
        self._ends: deque[float] = deque(maxlen=_MEMORY)
        self._begun = 0
        #: Of each open training what the optimizer proposed, as it gave it, and the seconds taken before.
        self._open: dict[Training, tuple[Any, float]] = {}
        #: Paused trainings that are to go on, with the same.
        self._promising: deque[tuple[Training, Any, float]] = deque()
        #: What follows from the whole trainings; None until it is needed.
        self._model: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None
        self._enough: float | None = None

    def ask(self) -> Training:
        """Go on with a training that promises enough, or begin what the optimizer proposes."""
        if self._promising:
            paused, asked, seconds = self._promising.popleft()
            training = Training(paused.genotype, self._epochs, paused)
        else:
            asked, seconds = self._optimizer.ask(), 0.0
            training = Training(asked, self._epochs if self._begun < self._start else self._pause)
            self._begun += 1
        self._open[training] = asked, seconds
        return training

    def tell(self, training: Training, observation: Observation) -> None:
        """Tell the optimizer of a whole training, or of one that is not worth going on with."""
        if training not in self._open:  # told once more
            return
        asked, seconds = self._open.pop(training)
        seconds += observation.runtime
        beginning = observation.curve[: self._pause]
        if training.epochs == self._epochs:
            self._beginnings.append(beginning)
            self._ends.append(observation.val_accuracy)
            self._model = self._enough = None
        else:
            end = self._extrapolated(beginning)
            if end is None or end >= self._enough_to_go_on():
                self._promising.append((training, asked, seconds))
                return
            observation = replace(observation, val_accuracy=end)
        self._optimizer.tell(asked, replace(observation, runtime=seconds))

    def upcoming(self, n: int) -> list[Genotype]:
        """What the optimizer inside proposes next, where it knows; see `base.LooksAhead`."""
        return self._optimizer.upcoming(n) if isinstance(self._optimizer, LooksAhead) else []

    def _enough_to_go_on(self) -> float:
        """The end that a training is to reach, a fraction."""
        if self._enough is None:
            self._enough = float(np.quantile([*self._ends], 1 - self._good))
        return self._enough

    def _extrapolated(self, beginning: tuple[float, ...]) -> float | None:
        """The predicted end, a fraction; None where there is too little to predict from."""
        if len(self._ends) < 2:
            return None
        if self._model is None:
            self._model = _fitted(_features([*self._beginnings]), np.array(self._ends))
        return float(np.clip(self._model(_features([beginning]))[0], 0.0, 1.0))


def extrapolating_re(
    rng: np.random.Generator,
    population_size: int = 100,
    sample_size: int = 25,
    epochs: int = EPOCHS,
    pause: int = 20,
) -> Extrapolation:
    """Regularized evolution with extrapolation; see `RegularizedEvolution` and `Extrapolation`."""
    return Extrapolation(RegularizedEvolution(rng, population_size, sample_size), epochs, pause)


def extrapolating_ls(
    rng: np.random.Generator, starts: int = 1, epochs: int = EPOCHS, pause: int = 20
) -> Extrapolation:
    """Local search with extrapolation; see `LocalSearch` and `Extrapolation`."""
    return Extrapolation(LocalSearch(rng, starts), epochs, pause)


def _features(curves: list[tuple[float, ...]]) -> NDArray[np.float64]:
    """What an end is predicted from, shape (n, 3 * epochs - 1)."""
    accuracies = np.array(curves)
    steps = np.diff(accuracies, axis=1)
    summary = np.stack([accuracies.mean(axis=1), accuracies.std(axis=1)], axis=1)
    return np.hstack([accuracies, steps, np.diff(steps, axis=1), summary])


def _fitted(
    features: NDArray[np.float64], ends: NDArray[np.float64]
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """A ridge regression of ends on features of unit variance."""
    middle, scale = features.mean(axis=0), features.std(axis=0)
    scale[scale == 0] = 1.0
    scaled, mean = (features - middle) / scale, ends.mean()
    penalty = _PENALTY * np.eye(features.shape[1])
    weights = np.linalg.solve(scaled.T @ scaled + penalty, scaled.T @ (ends - mean))

    def predict(asked: NDArray[np.float64]) -> NDArray[np.float64]:
        predicted: NDArray[np.float64] = mean + (asked - middle) / scale @ weights
        return predicted

    return predict
