"""Errors of a table against what else is known of a training."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.drawing.charts import column
from leaderboard.pages.landscape.scatters import scatters
from leaderboard.pages.landscape.table import Landscape
from nb301.tables.statistics import seeds


def test_distributions_are_empirical(table, charts):
    """At each drawn error that share of the optimizer's rows is at most so bad."""
    errors = 100 * (1 - table.of("bananas").rows["val_accuracy"].to_numpy())
    drawn = [(error, share) for name, error, share in charts["ecdf"].data.rows if name == "BANANAS"]

    assert drawn[-1] == (round(errors.max(), 3), 1.0)
    for error, share in drawn[::20]:
        assert np.mean(errors <= error + 1e-3) == pytest.approx(share, abs=5e-3)


def test_thirds_have_all_fitted_rows(table, charts):
    """Cut by the number of parameters."""
    counts = column(charts["parameters"].summary, "rows")

    assert sum(counts) == len(Landscape(table).fitted)
    assert max(counts) - min(counts) < 0.05 * sum(counts)


def test_noise_is_the_tables(table, charts):
    """Means of the fifths are those of the standard deviations between seeds."""
    stds = 100 * seeds(table).to_numpy().std(axis=1, ddof=1)
    fifths = [float(text) for text in column(charts["noise"].summary, "mean standard deviation (points)")]

    assert np.mean(fifths) == pytest.approx(stds.mean(), abs=0.001)
    assert column(charts["noise"].data, "rank") == list(range(1, len(stds) + 1))


def test_tables_without_further_seeds_have_no_noise(small):
    """The other charts are drawn."""
    names = [chart.name.removeprefix("landscape-small-v1.0-") for chart in scatters(Landscape(small))]

    assert names == ["ecdf", "parameters", "test"]
