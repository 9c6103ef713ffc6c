"""Real CIFAR-10 trainings of random architectures beside emulated evaluations of such."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leaderboard.drawing import scatters as drawn_scatters
from leaderboard.drawing.charts import rounded
from leaderboard.drawing.vega import Chart, Table
from leaderboard.pages.landscape.table import Array, Landscape
from leaderboard.pages.releases.unseen import unseen
from nb301.releases import find, names
from nb301.tables.schema import EvaluationTable
from nb301.truth.base import OFFICIAL_LAST_EPOCH, is_emulated

_SHARES = np.linspace(0.005, 1, 200)
_SHOWN_SHARES = (0.01, 0.1, 0.5, 0.9, 1)


def real_beside_emulated(tables: Sequence[EvaluationTable]) -> list[Chart]:
    """A chart of both; none where there is no emulated table, or nothing is kept of real trainings.

    Args:
        tables: Of any ground truths.
    """
    real = _real()
    emulated = [table for table in tables if is_emulated(table.truth)]
    if real is None or not emulated:
        return []
    landscape = Landscape(emulated[-1])
    errors = {
        "Real CIFAR-10": real,
        "Emulated": landscape.error[landscape.rows_of("rs")],
    }
    return [_chart(errors)]


def _real() -> Array | None:
    """Errors of trainings that were kept apart from a release's models, percent."""
    for release in map(find, names()):
        if release.manifest.truth == OFFICIAL_LAST_EPOCH:
            rows = unseen(release, None)
            if rows is not None:
                return rows.observed
    return None


def _chart(errors: dict[str, Array]) -> Chart:
    drawn: list[tuple[str, float, float]] = []
    summary = []
    for name, values in errors.items():
        at = rounded(np.quantile(values, _SHARES, method="inverted_cdf"), 3)
        drawn += zip([name] * len(at), at, rounded(_SHARES, 3), strict=True)
        best, *others = np.quantile(values, [0, *_SHOWN_SHARES]).tolist()
        summary.append((name, f"{len(values):,}", *map("{:.2f}".format, (best, *others))))
    data = Table(("name", "error", "share"), tuple(drawn))
    columns = map("{:.0%} below (%)".format, _SHOWN_SHARES)
    return Chart(
        name="landscape-real-beside-emulated",
        title="Random architectures: real trainings beside emulated evaluations",
        caption="Share of random architectures whose validation error is at most so high. The real ones were "
        "trained on CIFAR-10 by the authors of NAS-Bench-301, and have the error of the last epoch. The "
        "emulated ones were never trained, and have that of the best epoch, about 0.15 points lower. "
        "The two do not have the same architectures.",
        alt="Two distribution functions of the validation error of random architectures: of real CIFAR-10 "
        "trainings, and of emulated evaluations, which are not CIFAR-10 results.",
        spec=drawn_scatters.distributions(data, list(errors)),
        data=data,
        summary=Table(("rows", "n", "lowest (%)", *columns), tuple(summary)),
    )
