"""Cells of a table: violins and bars."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.pages.landscape.table import Landscape
from leaderboard.pages.landscape.violins import violins
from nb301.sources import labels
from nb301.space import Op


def test_violins_have_the_tables_quantiles(table, charts):
    """Numbers below the violins of skip connections are quantiles of the table's rows."""
    rows = table.rows[table.rows["optimizer"].isin([*labels(), "skip"])]
    counts = np.array([g.normal.count(Op.skip_connect) for g in np.array(table.genotypes)[rows.index]])
    errors = 100 * (1 - rows["val_accuracy"].to_numpy())
    lines = {row[1]: row for row in charts["parameter-free-normal"].data.rows if row[0] == "skip_connect"}

    for count in (0, 3, 8):
        of, at, n, lowest, _, _, median, _, _, highest = lines[count]
        chosen = errors[counts == count]
        assert (of, at, n) == ("skip_connect", count, len(chosen))
        for text, value in ((lowest, chosen.min()), (median, np.median(chosen)), (highest, chosen.max())):
            assert float(text) == pytest.approx(value, abs=0.0051)


def test_bars_are_shares_of_depths(table, charts):
    """Of the cells of each source, in percent."""
    landscape = Landscape(table)
    (line,) = (
        row for row in charts["depth-by-optimizer"].data.rows if row[:2] == ("reduction cell", "BANANAS")
    )
    depths = landscape.depths[landscape.sources["BANANAS"], 1]

    assert line[2] == len(depths)
    assert [float(share) for share in line[3:]] == pytest.approx(
        [100 * np.mean(depths == depth) for depth in (1, 2, 3, 4)], abs=0.051
    )


def test_small_tables_have_no_topologies(small):
    """What a table has no rows for is not drawn."""
    names = [chart.name.removeprefix("landscape-small-v1.0-") for chart in violins(Landscape(small))]

    assert names == ["parameter-free-normal", "parameter-free-reduction", "depth", "depth-by-optimizer"]
