"""Tests of `docs/real_figures.py`: the figure of the releases on real trainings."""

from __future__ import annotations

from docs import real_figures, real_measures
from nb301.releases import Release


def test_a_column_for_each_release(tiny_release, tiny_table, tmp_path):
    """Each has its name and R2 above its points; one legend tells the intervals apart."""
    judged = real_measures.judge(Release(tiny_release), tiny_table, tmp_path)
    drawn = real_figures.figure({"first": judged, "second": judged})
    r2 = Release(tiny_release).manifest.metrics.r2
    for name in ("first", "second"):
        assert f"{name}: R2 {r2:.3f}" in drawn
    assert drawn.count(">members' std alone<") == 1
    assert drawn.count(">Trained (%)<") == 2
    assert real_figures.figure({"first": judged, "second": judged}) == drawn
