"""Evaluations: what a release answers, for one architecture and for many."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import repeat
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from nb301 import exact
from nb301.columns import Columns, rows_at
from nb301.display import facts_card, frame, rows_card
from nb301.space import Genotype

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a release answers for one architecture."""

    #: Mean of the members' predictions of validation accuracy, fraction.
    mean: float
    #: Population std of the members' predictions (official_facts F19), fraction.
    std: float
    #: Std of the trainings of one architecture, which draws have, fraction: as the release's manifest has
    #: it from its `noise`; `std` where it has none.
    noise_std: float
    #: `mean` plus a normal draw of `noise_std`, kept in 0..1; equal to `mean` without a seed. Fraction.
    val_accuracy: float
    #: Predicted duration of one training, seconds.
    runtime: float
    #: Exact trainable parameters of the network that the ground truth trains, its auxiliary head included.
    parameters: int
    #: Exact multiply-adds for one image at inference, count.
    multiply_adds: int
    #: Name of the release that answered.
    release: str
    #: SHA-256 of that release's manifest.
    release_hash: str

    def interval(self, share: float = 0.95) -> tuple[float, float]:
        """Where one training's accuracy lies, for all that is known of the architecture.

        A normal distribution around `mean`; its variance is that of the mean, by the members, and that of
        trainings: `std`^2 + `noise_std`^2.

        Args:
            share: Of such trainings that lie in it, between 0 and 1; as many below as above.

        Returns:
            Lower and upper end, fractions, kept in 0..1.

        Raises:
            ValueError: The share is not between 0 and 1.
        """
        reach = _reach(share) * math.sqrt(self.std * self.std + self.noise_std * self.noise_std)
        return min(max(self.mean - reach, 0.0), 1.0), min(max(self.mean + reach, 0.0), 1.0)

    def _repr_html_(self) -> str:
        """Show the fields in a notebook, accuracies in percent."""
        low, high = self.interval()
        around = f"95 % of trainings: {100 * low:.2f} to {100 * high:.2f} %"
        rows = [
            ("val_accuracy", f"{100 * self.val_accuracy:.2f} %", "of one training, if a seed was given"),
            ("mean", f"{100 * self.mean:.2f} %", around),
            ("std", f"{100 * self.std:.2f} points", "of the members' predictions"),
            ("noise_std", f"{100 * self.noise_std:.2f} points", "of trainings of one architecture"),
            ("runtime", f"{self.runtime:,.0f} s", "of the training"),
            ("parameters", f"{self.parameters:,}", "trainable"),
            ("multiply_adds", f"{self.multiply_adds:,}", "for one image"),
        ]
        return facts_card(f"Evaluation by {self.release}", rows)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Evaluations(Columns, Sequence[Evaluation]):
    """What a release answers for many architectures: the fields of `Evaluation` as arrays.

    Arrays have shape (n,) and are read-only. An index gives one `Evaluation`; a slice, a mask or a list of
    indices gives `Evaluations`. Equal are those with equal values.
    """

    #: Shape (n,), as all arrays; see `Evaluation`.
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    noise_std: NDArray[np.float64]
    val_accuracy: NDArray[np.float64]
    runtime: NDArray[np.float64]
    parameters: NDArray[np.int64]
    multiply_adds: NDArray[np.int64]
    release: str
    release_hash: str

    def __len__(self) -> int:
        return len(self.mean)

    def interval(self, share: float = 0.95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper ends, shape (n,) each, of each one's `Evaluation.interval`.

        Args:
            share: See there.
        """
        reach = _reach(share) * np.sqrt(self.std * self.std + self.noise_std * self.noise_std)
        return np.clip(self.mean - reach, 0.0, 1.0), np.clip(self.mean + reach, 0.0, 1.0)

    def __iter__(self) -> Iterator[Evaluation]:
        *arrays, release, release_hash = self._values
        columns = [array.tolist() for array in arrays]
        return map(Evaluation, *columns, repeat(release), repeat(release_hash))

    @overload
    def __getitem__(self, index: int | np.integer[Any]) -> Evaluation: ...
    @overload
    def __getitem__(self, index: slice | Sequence[int] | NDArray[Any]) -> Evaluations: ...
    def __getitem__(self, index: Any) -> Evaluation | Evaluations:
        arrays, names = self._values[:-2], self._values[-2:]
        rows = rows_at(index)
        if isinstance(rows, int):
            return Evaluation(*[array[rows].item() for array in arrays] + names)
        return Evaluations(*[array[rows] for array in arrays] + names)

    @property
    def _values(self) -> list[Any]:
        """The arrays, and the strings that come last."""
        return [getattr(self, field.name) for field in fields(self)]

    def __repr__(self) -> str:
        span = ""
        if len(self):
            span = f": val_accuracy {min(self.val_accuracy):.4f} to {max(self.val_accuracy):.4f}"
        return f"<Evaluations of {len(self):,} architectures by {self.release}{span}>"

    def _repr_html_(self) -> str:
        """Show the first and the last of them in a notebook, accuracies in percent."""
        columns = {}
        for name in ("mean", "std", "noise_std", "val_accuracy"):
            columns[f"{name} (%)"] = 100 * getattr(self, name), ".2f"
        columns["runtime (s)"] = self.runtime, ",.0f"
        columns["parameters"] = self.parameters, ","
        columns["multiply_adds"] = self.multiply_adds, ","
        return rows_card(repr(self).strip("<>"), columns)

    def to_pandas(self, genotypes: Sequence[Genotype] | None = None) -> DataFrame:
        """Give them as a DataFrame.

        Args:
            genotypes: What was evaluated, for a first column `genotype` of texts.

        Returns:
            One row an architecture, the fields as columns.

        Raises:
            MissingExtra: pandas is not installed.
            ValueError: There are not as many genotypes.
        """
        columns: dict[str, Any] = {}
        if genotypes is not None:
            columns["genotype"] = list(map(str, genotypes))
        for field in fields(self):
            columns[field.name] = getattr(self, field.name)
        return frame(columns)


def joined(parts: Sequence[Evaluations]) -> Evaluations:
    """What one release answers, put together."""
    first = parts[0]
    columns: dict[str, Any] = {}
    for name in [field.name for field in fields(first)][:-2]:
        columns[name] = np.concatenate([getattr(part, name) for part in parts])
    return Evaluations(**columns, release=first.release, release_hash=first.release_hash)


def _reach(share: float) -> float:
    """How many stds a central interval of a normal distribution reaches to each side."""
    if not 0 < share < 1:
        raise ValueError(f"share is {share}, expected a number above 0 and below 1")
    return -exact.normal_quantile((1 - share) / 2)
