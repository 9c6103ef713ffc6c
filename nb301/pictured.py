"""What a benchmark shows: itself in notebooks, and plots of its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from nb301.display import facts_card
from nb301.errors import GenotypeError
from nb301.releases import Release
from nb301.space import Genotype, sample_many
from nb301.truth.base import TruthKind, kind_of, rests_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Pictured:
    """Base of `Benchmark`. Plots need the extra `plot`, return their Axes, and say what they rest on.

    Each draws on `ax`; without, on that of a new figure.
    """

    release: Release
    query: Callable[..., Any]
    curve: Callable[..., Any]
    read: Callable[[object], Genotype]
    _read: Callable[[Any], tuple[list[Genotype], bool]]

    @property
    def rests_on(self) -> str:
        """Name and basis of the release, such as `…: surrogate of real CIFAR-10 trainings, last epoch`."""
        truth = self.release.manifest.truth
        other = "" if kind_of(truth) is TruthKind.PAPER else ", not CIFAR-10"
        return f"{self.release.name}: surrogate of {rests_on(truth)}{other}"

    def _repr_html_(self) -> str:
        """Show in a notebook what answers rest on."""
        manifest = self.release.manifest
        rows = [
            ("members", f"{manifest.members} {manifest.family}", "models, whose mean answers"),
            ("truth", manifest.truth, "ground truth, which they predict"),
            (
                "table",
                f"{manifest.table.name} {manifest.table.version}",
                "evaluation table that they were fitted on",
            ),
            ("optimizers", str(len(manifest.optimizers)), "sources of the rows that they saw"),
        ]
        if manifest.metrics is not None:
            rows.append(("r2", f"{manifest.metrics.r2:.3f}", "R2 on the test rows"))
        rows.append(("release_hash", self.release.release_hash[:12], "its first digits"))
        return facts_card(self.rests_on, rows)

    def plot_curves(
        self,
        genotypes: Genotype | Mapping[str, Any] | Sequence[Any],
        seed: ArrayLike | None = None,
        *,
        ax: Axes | None = None,
    ) -> Axes:
        """Plot learning curves: validation accuracy in percent by epochs.

        Args:
            genotypes: Architectures as `query` takes them; by names for the legend, or without; or one.
            seed: See `curve`.
            ax: See above.

        Returns:
            The Axes.

        Raises:
            MissingExtra: matplotlib is not installed.
            GenotypeError, ReleaseError, SeedError: See `curve`.
        """
        from nb301.display import plots

        labels, asked = self._named(genotypes)
        return plots.curves(ax, self.rests_on, self.curve(asked, seed).val_accuracy, labels)

    def plot_predictions(
        self,
        genotypes: Genotype | Sequence[Any],
        observed: ArrayLike | None = None,
        *,
        share: float = 0.95,
        ax: Axes | None = None,
    ) -> Axes:
        """Plot predicted accuracies in percent with the intervals in which single trainings lie.

        Args:
            genotypes: Architectures as `query` takes them, or one.
            observed: Validation accuracies of their trainings, fractions, shape (n,), to draw predictions
                beside; without, they stand in the order of the list.
            share: Of trainings that lie in an interval, see `Evaluation.interval`.
            ax: See above.

        Returns:
            The Axes.

        Raises:
            MissingExtra: matplotlib is not installed.
            ValueError: There are not as many observed accuracies as architectures, one is no fraction, or the
                share is none.
            GenotypeError: See `query`.
        """
        from nb301.display import plots

        answers = self.query(self._named(genotypes)[1])
        known = None if observed is None else np.asarray(observed, dtype=np.float64)
        if known is not None and known.shape != answers.mean.shape:
            raise ValueError(f"{known.size} observed accuracies for {len(answers)} architectures")
        if known is not None and not ((known >= 0) & (known <= 1)).all():
            raise ValueError(
                f"observed accuracies {known.min():g} to {known.max():g}, expected fractions, 0 to 1"
            )
        return plots.intervals(ax, self.rests_on, answers.mean, answers.interval(share), known)

    def plot_distribution(
        self,
        genotypes: Genotype | Mapping[str, Any] | Sequence[Any] | None = None,
        *,
        n: int = 1000,
        seed: int = 0,
        ax: Axes | None = None,
    ) -> Axes:
        """Plot how predicted accuracies of random architectures are distributed, beside those of given ones.

        Args:
            genotypes: Architectures as `query` takes them, by names for the legend, or without; or one.
            n: Number of random architectures.
            seed: Of their draw.
            ax: See above.

        Returns:
            The Axes.

        Raises:
            MissingExtra: matplotlib is not installed.
            GenotypeError: See `query`.
        """
        from nb301.display import plots

        sampled = self.query(sample_many(np.random.default_rng(seed), n)).mean
        labels, asked = self._named([] if genotypes is None else genotypes)
        labels = labels or [f"architecture {number}" for number in range(len(asked))]
        given = self.query(asked).mean.tolist() if asked else []
        return plots.distribution(ax, self.rests_on, sampled, dict(zip(labels, given, strict=True)))

    def _named(self, genotypes: Any) -> tuple[list[str], list[Genotype]]:
        """Names, none of those without, and architectures; a configuration is one, and no names."""
        if isinstance(genotypes, Mapping):
            with suppress(GenotypeError):
                return [], [self.read(genotypes)]
            return [*genotypes], self._read([*genotypes.values()])[0]
        return [], self._read(genotypes)[0]
