"""Figures of a release, against its table, its answers and the report."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import nb301
from leaderboard.pages.releases.charts import release_charts
from nb301 import tables
from nb301.metrics import mean_absolute_error
from nb301.releases import find

NAMES = ("emulated-xgb-v2.0", "emulated-gin-rand-v2.0")


def read_csv(path):
    return [*csv.DictReader(path.read_text(encoding="utf-8").splitlines())]


def test_scatter_has_the_errors_of_the_test_part(site):
    """Mean absolute error of the points is near that of the whole test part."""
    rows = read_csv(site / f"data/{NAMES[0]}-fit.csv")
    observed, predicted = (np.array([float(row[name]) for row in rows]) for name in ("observed", "predicted"))

    assert len(rows) == 1000
    whole = 100 * find(NAMES[0]).manifest.metrics.mean_absolute_error
    assert mean_absolute_error(observed, predicted) == pytest.approx(whole, rel=0.15)


def test_collapse_is_what_queries_predict(site, embedded_table):
    """Means of the probes with eight skip connections are those of the table and of the benchmark."""
    rows = read_csv(site / f"data/{NAMES[0]}-collapse.csv")
    lines = {row["of"]: row for row in rows if (row["name"], row["count"]) == ("skip_connect", "8")}
    probes = embedded_table.of("skip")
    chosen = [k for k, g in enumerate(probes.genotypes) if g.normal.count(nb301.Op.skip_connect) == 8]
    answers = nb301.load(NAMES[0]).query([probes.genotypes[k] for k in chosen])

    assert int(lines["observed"]["n"]) == len(chosen)
    observed = 100 * (1 - probes.rows["val_accuracy"].to_numpy()[chosen].mean())
    assert float(lines["observed"]["error"]) == pytest.approx(observed, abs=1e-3)
    assert float(lines["predicted"]["error"]) == pytest.approx(100 * (1 - answers.mean.mean()), abs=1e-3)


def test_ranks_by_depth_are_the_reports(site, report):
    """Figure 19's values are measured by the validation, not here."""
    (release,) = (release for release in report.releases if release.name == NAMES[1])
    claims = {claim.id: claim for claim in release.claims}

    for row in read_csv(site / f"data/{NAMES[1]}-topology.csv"):
        assert float(row["sKT"]) == claims[f"topology_depth_{row['depth']}"].value


def test_tables_without_probes_have_fewer_figures(embedded_table):
    """Without D.6's probes, and without a report, predictions are set beside trainings alone."""
    table = embedded_table.of("rs", "de")
    charts = release_charts(find(NAMES[0]), table, ())

    assert [chart.name for chart in charts] == [f"{NAMES[0]}-fit"]


def test_real_trainings_have_a_scatter_without_their_table():
    """What is kept of them is drawn, and called trainings; an emulation's rows never are."""
    (real,) = release_charts(find("cifar10-gin-rand-v1.0"), None, ())
    (emulated,) = release_charts(find(NAMES[0]), tables.load("emulated-v2.0").of("rs", "de"), ())

    assert real.caption.startswith("884 trainings that the models have not seen")
    assert emulated.caption.startswith("1,000 emulated evaluations that")


def test_releases_of_other_tables_have_no_figure(monkeypatch, tmp_path):
    """Nothing is kept of a table that nobody here has."""
    monkeypatch.setattr("leaderboard.pages.releases.unseen.KEPT", tmp_path)

    assert release_charts(find("cifar10-gin-rand-v1.0"), None, ()) == []
