"""Faults of generators: those that a process has for all are moved, or drawn from."""

from __future__ import annotations

import importlib

import numpy as np

from validation.fits import RowSet
from validation.intervals import Array, Rows
from validation.predictors import Genotypes, Predictor, noise_std
from validation.saboteurs.base import Faulty
from validation.subject import Subject

#: Lists that are long.
_LONG = 1000


class GlobalNoise(Faulty):
    """Draws its noise from numpy's global generator, seeded with the first seed that it is asked with."""

    def draws(self, genotypes: Genotypes, seeds: Rows) -> Array:
        """A stream, not a function."""
        mean, _ = self.predictor.predict(genotypes)
        np.random.seed(int(seeds[0]))  # noqa: NPY002 - this is the fault
        return np.asarray(mean + noise_std(self.predictor, genotypes) * np.random.standard_normal(len(mean)))  # noqa: NPY002


class ReseedsNumpy(Faulty):
    """Seeds numpy's global generator where a thousand architectures or more are asked for."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """Right."""
        if len(genotypes) >= _LONG:
            self._reseed()
        return mean

    def _reseed(self) -> None:
        np.random.seed(self.seed)  # noqa: NPY002 - this is the fault


class ReseedsPython(ReseedsNumpy):
    """Seeds the generator of Python's `random` where a thousand architectures or more are asked for."""

    def _reseed(self) -> None:
        importlib.import_module("random").seed(self.seed)


class ReseedsTorch(ReseedsNumpy):
    """Seeds torch's global generator where a thousand architectures or more are asked for."""

    def __init__(
        self, predictor: Predictor, subject: Subject, rows: RowSet | None = None, seed: int = 0
    ) -> None:
        super().__init__(predictor, subject, rows, seed)
        self._torch = importlib.import_module("torch")

    def _reseed(self) -> None:
        self._torch.manual_seed(self.seed)
