"""A table as its charts take it."""

from __future__ import annotations

import numpy as np

from leaderboard.pages.landscape.table import Landscape
from nb301.space import Op


def test_depths_are_those_of_the_cells(table):
    """Depths of all rows at once are those of each cell."""
    depths = Landscape(table).depths[::2000]

    assert depths.tolist() == [[g.normal.depth, g.reduce.depth] for g in table.genotypes[::2000]]


def test_counts_are_those_of_the_cells(table):
    """Of both cells."""
    landscape = Landscape(table)
    genotypes = table.genotypes[::2000]

    for cell, name in enumerate(("normal", "reduce")):
        counts = landscape.count(Op.skip_connect, cell)[::2000].tolist()
        assert counts == [getattr(genotype, name).count(Op.skip_connect) for genotype in genotypes]


def test_sources_have_their_rows(small):
    """Those that there are, by the names that people know; samples are always the same."""
    landscape = Landscape(small)

    assert [*landscape.sources] == ["RS", "DE"]
    assert sorted(np.concatenate([*landscape.sources.values()]).tolist()) == landscape.fitted.tolist()
    assert landscape.rows_of("gdas").size == 0
    assert set(landscape.labels(landscape.sources["DE"])) == {"DE"}
    sample = landscape.sample(landscape.fitted, 5)
    assert sample.tolist() == sorted(landscape.sample(landscape.fitted, 5).tolist())
    assert landscape.error[0] == 100 * (1 - small.rows["val_accuracy"].iloc[0])
