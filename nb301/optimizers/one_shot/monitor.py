"""A monitor for running one-shot searches: predicted accuracy and skip collapse (Section 5.2).

One-shot searches can end in architectures with only skip connections in the normal cell, while their
own losses look fine (Zela et al., 2020a). The monitor asks a release about the discretised genotype of
each epoch, which costs milliseconds, and warns of that case (Appendix E.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from numpy.typing import ArrayLike

from nb301.optimizers.one_shot.discretisation import SPACES, OpSet, discretise
from nb301.space import Genotype, Op

#: Skip connections in the normal cell above which a search is said to collapse. Two or three are best
#: and many deteriorate it (Appendices C.5, D.6, Figure 18); the fourth, half of the cell's edges, is
#: left to the noise of the search.
MAX_SKIPS = 4


@dataclass(frozen=True, slots=True)
class MonitorReport:
    """What a release says of a search at the end of an epoch."""

    #: Number of the report, from 1.
    epoch: int
    genotype: Genotype
    #: Predicted validation accuracy of the genotype trained on its own, fraction.
    val_accuracy: float
    #: Std of the release's members on it, fraction.
    std: float
    #: Skip connections of the normal cell, 0..8.
    skips: int
    #: Why the search seems to collapse; None where it does not.
    warning: str | None


class Predicted(Protocol):
    """What the monitor needs of an answer; `Evaluation` is one."""

    @property
    def mean(self) -> float:
        """Fraction."""

    @property
    def std(self) -> float:
        """Fraction."""


class AnswersQueries(Protocol):
    """What predicts for the monitor; a `Benchmark` does."""

    def query(self, genotype: Genotype, /) -> Predicted:
        """Predict the accuracy of one architecture."""


class OneShotMonitor:
    """Follows a weight-sharing search, epoch by epoch.

    Args:
        benchmark: The release that predicts.
        ops: Ops of the columns of the architecture weights; by default the eight of DARTS.
        max_skips: Skip connections in the normal cell above which `update` warns.
    """

    def __init__(
        self, benchmark: AnswersQueries, ops: OpSet = SPACES["darts"], max_skips: int = MAX_SKIPS
    ) -> None:
        self._benchmark = benchmark
        self._ops = ops
        self._max_skips = max_skips
        self.reports: list[MonitorReport] = []

    def update(self, normal: ArrayLike, reduce: ArrayLike) -> MonitorReport:
        """Take the architecture weights of an epoch's end.

        Args:
            normal: Of the normal cell after the softmax, shape (14, ops), see `discretise`.
            reduce: Of the reduction cell, as `normal`.

        Returns:
            The epoch's report, which is also appended to `reports`.

        Raises:
            ArchitectureWeightsError: A shape is wrong, or the weights are logits.
        """
        return self.observe(discretise(normal, reduce, self._ops))

    def observe(self, genotype: Genotype) -> MonitorReport:
        """Take the genotype of an epoch's end, where the search has discretised it; see `update`."""
        evaluation = self._benchmark.query(genotype)
        skips = genotype.normal.count(Op.skip_connect)
        report = MonitorReport(
            epoch=len(self.reports) + 1,
            genotype=genotype,
            val_accuracy=evaluation.mean,
            std=evaluation.std,
            skips=skips,
            warning=self._warning(skips),
        )
        self.reports.append(report)
        return report

    def _warning(self, skips: int) -> str | None:
        if skips <= self._max_skips:
            return None
        return (
            f"skip collapse: {skips} of 8 edges of the normal cell are skip connections, more than "
            f"{self._max_skips}: stop at an earlier epoch or regularise the search"
        )
