"""What somebody's own surrogate answers, checked: numbers of the right shape, or a line that says why not."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nb301.errors import Nb301Error, one_line
from nb301.space import Genotype
from validation.intervals import Array, Rows

#: No accuracy, std or duration in seconds is larger, in whatever unit: sums of squares stay finite.
_LARGEST = 1e9
#: No std is smaller and not zero: quotients of accuracies by it stay finite.
_SMALLEST_STD = 1e-12


class SubjectError(Nb301Error, ValueError):
    """A surrogate whose answers cannot be measured; names it, its method and the first such value."""


class Answers:
    """A surrogate of somebody else, as claims ask it.

    It gets lists and arrays of its own, so that nothing it does to them is seen elsewhere, and its answers
    are copied. Of `seconds`, `draws`, `noise_std`, `members` and `curves` it has what the surrogate has.

    Args:
        name: For people.
        surrogate: Has a method `predict`; see `predictors.Predictor`, `TimePredictor`, `NoisyPredictor`,
            `NoiseKnowingPredictor`, `MemberedPredictor` and `CurvePredictor`.

    Raises:
        SubjectError: An attribute cannot be read.
    """

    def __init__(self, name: str, surrogate: Any) -> None:
        self._name, self._surrogate = name, surrogate
        #: Of its learning curves, once it has told some.
        self._epochs = 0
        if self._has("seconds"):
            self.seconds = self._seconds
        if self._has("draws"):
            self.draws = self._draws
        if self._has("noise_std"):
            self.noise_std = self._noise_std
        if self._has("members"):
            self.members = self._members
        if self._has("curves"):
            self.curves = self._curves

    def predict(self, genotypes: Sequence[Genotype]) -> tuple[Array, Array]:
        """Mean and std.

        Raises:
            SubjectError: It raises an error, or gives anything but two finite numbers for each architecture,
                the second not negative.
        """
        answer = self._asked("predict", [*genotypes])
        try:
            means, stds = answer
        except (Exception, SystemExit) as error:
            raise SubjectError(
                f"{self._name}: predict gave {type(answer).__name__}, expected a pair: means and stds"
            ) from error
        mean = self._numbers("predict: mean", means, genotypes)
        std = self._numbers("predict: std", stds, genotypes)
        self._require("predict: std", std, (std == 0) | (std >= _SMALLEST_STD), genotypes, "0 or a std")
        return mean, std

    def _seconds(self, genotypes: Sequence[Genotype]) -> Array:
        """Seconds of a training.

        Raises:
            SubjectError: As for `predict`; seconds are positive.
        """
        seconds = self._numbers("seconds", self._asked("seconds", [*genotypes]), genotypes)
        self._require("seconds", seconds, seconds > 0, genotypes, "positive seconds")
        return seconds

    def _draws(self, genotypes: Sequence[Genotype], seeds: Rows) -> Array:
        """Single trainings.

        Raises:
            SubjectError: As for `predict`.
        """
        answer = self._asked("draws", [*genotypes], np.array(seeds))
        return self._numbers("draws", answer, genotypes)

    def _noise_std(self, genotypes: Sequence[Genotype]) -> Array:
        """What trainings of one architecture differ by.

        Raises:
            SubjectError: As for `predict`; stds are positive.
        """
        std = self._numbers("noise_std", self._asked("noise_std", [*genotypes]), genotypes)
        self._require("noise_std", std, std >= _SMALLEST_STD, genotypes, "a std")
        return std

    def _members(self, genotypes: Sequence[Genotype]) -> Array:
        """What each member predicts, shape (members, n).

        Raises:
            SubjectError: As for `predict`; there is a member.
        """
        answer = self._asked("members", [*genotypes])
        try:
            rows = list(answer)
        except (Exception, SystemExit) as error:
            raise SubjectError(
                f"{self._name}: members gave {type(answer).__name__}, expected a row for each member"
            ) from error
        if not rows:
            raise SubjectError(f"{self._name}: members gave no rows, expected one for each member")
        numbers = [self._numbers(f"members: {place}", row, genotypes) for place, row in enumerate(rows)]
        return np.stack(numbers)

    def _curves(self, genotypes: Sequence[Genotype], seeds: Rows | None) -> Array:
        """Accuracies after each epoch, shape (n, epochs).

        Raises:
            SubjectError: As for `predict`; there is an epoch.
        """
        answer = self._asked("curves", [*genotypes], None if seeds is None else np.array(seeds))
        curves = self._numbers("curves", answer, genotypes, per_epoch=True)
        self._epochs = self._epochs or curves.shape[1]
        if curves.shape[1] != self._epochs:
            raise SubjectError(
                f"{self._name}: curves: got {curves.shape[1]} epochs, expected {self._epochs} as before"
            )
        return curves

    def _has(self, method: str) -> bool:
        try:
            return callable(getattr(self._surrogate, method, None))
        except (Exception, SystemExit) as error:
            raise SubjectError(f"{self._name}: {method} cannot be read ({error_line(error)})") from error

    def _asked(self, method: str, *arguments: Any) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("default")  # its warnings are for people, and no error of ours
                return getattr(self._surrogate, method)(*arguments)
        except (Exception, SystemExit) as error:
            raise SubjectError(f"{self._name}: {method} raised {error_line(error)}") from error

    def _numbers(
        self, what: str, answer: Any, genotypes: Sequence[Genotype], *, per_epoch: bool = False
    ) -> Array:
        try:
            # what is masked is no answer
            values = np.asarray(np.ma.filled(answer, np.nan) if np.ma.isMaskedArray(answer) else answer)
            numbers = np.array(values, dtype=np.float64) if values.dtype.kind in "fiu" else None
        except (Exception, SystemExit) as error:
            raise SubjectError(
                f"{self._name}: {what}: cannot be read as numbers ({error_line(error)})"
            ) from error
        expected = f"({len(genotypes)}, epochs)" if per_epoch else f"({len(genotypes)},)"
        shape = (len(genotypes), *values.shape[1:2]) if per_epoch else (len(genotypes),)
        if numbers is None or numbers.shape != shape or numbers.ndim != 1 + per_epoch or 0 in shape[1:]:
            raise SubjectError(
                f"{self._name}: {what}: got {values.dtype} of shape {values.shape}, expected numbers of "
                f"shape {expected}"
            )
        self._require(what, numbers, np.abs(numbers) <= _LARGEST, genotypes, "finite numbers")
        return numbers

    def _require(
        self, what: str, values: Array, right: Any, genotypes: Sequence[Genotype], expected: str
    ) -> None:
        wrong = np.argwhere(~right)
        if len(wrong):
            first = tuple(wrong[0])
            raise SubjectError(
                f"{self._name}: {what} is {values[first]} for {genotypes[first[0]]}, expected {expected}"
            )


def error_line(error: BaseException) -> str:
    """An error of somebody else's code in one line: its type, its message and where it came from."""
    line = one_line("".join(traceback.format_exception_only(error)[-1:]).strip())
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{line}{where}"
