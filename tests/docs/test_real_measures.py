"""Tests of `docs/real_measures.py`: what is told of releases on real trainings."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

from docs import real_measures
from nb301.releases import Release
from nb301.space import Op


@pytest.fixture
def judged(tiny_release, tiny_table, tmp_path):
    return real_measures.judge(Release(tiny_release), tiny_table, tmp_path)


def test_releases_are_judged_on_rows_left_out(judged, tiny_release, tiny_table):
    """On the test part; the std of a training is that of the members and the noise together."""
    test = judged.subject.split.test
    np.testing.assert_array_equal(judged.accuracy, tiny_table.rows["val_accuracy"].to_numpy()[test])
    np.testing.assert_allclose(judged.training_std, np.hypot(judged.member_std, judged.noise_std))
    mean, std = judged.ask([tiny_table.genotypes[row] for row in test])
    np.testing.assert_array_equal(mean, judged.mean)
    np.testing.assert_array_equal(std, judged.training_std)
    r2 = real_measures.scores(judged.accuracy, judged.mean)["R2"]
    assert r2.value == pytest.approx(Release(tiny_release).manifest.metrics.r2)
    assert r2.low <= r2.value <= r2.high


def test_a_ceiling_is_what_the_means_reach():
    """R2 of the means is one minus the noise's share, and ranks are as good as noise lets them be."""
    rng = np.random.default_rng(0)
    means = rng.normal(0.93, 0.006, 20_000)
    trained = means + rng.normal(0, 0.003, len(means))
    reached = real_measures.ceiling(trained, np.full(len(means), 0.003), seed=1)
    for name, statistic in real_measures.STATISTICS.items():
        assert reached[name] == pytest.approx(statistic(trained, means), abs=0.01)


@pytest.mark.parametrize(("noise", "share"), [(0.0, 1.0), (1.0, 0.0)])
def test_ceilings_of_no_noise_and_of_noise_alone(noise, share):
    """They are one, and no less than zero."""
    trained = np.linspace(0.9, 0.95, 50)
    assert real_measures.ceiling(trained, np.full(50, noise), seed=1)["R2"] == share


def test_share_inside_of_intervals(judged):
    """All trainings are inside of wide intervals, none inside of empty ones."""
    wide, empty = np.full(len(judged.mean), 1.0), np.zeros(len(judged.mean))
    assert real_measures.share_inside(judged, wide, 0.95) == 1
    assert real_measures.share_inside(judged, empty, 0.95) == 0


def test_landmarks_differ_in_their_ops_alone():
    """The second has the first one's edges, and skip connections on them."""
    darts, skips = real_measures.landmarks().values()
    for cell, skipping in ((darts.normal, skips.normal), (darts.reduce, skips.reduce)):
        places = [(edge.source, edge.target) for edge in cell.edges]
        assert [(edge.source, edge.target) for edge in skipping.edges] == places
        assert skipping.count(Op.skip_connect) == 8


def test_a_fit_takes_time(judged):
    """Of the CPU; something is fitted."""
    assert real_measures.fit_seconds(judged) > 0


def test_bytes_are_those_of_an_archive(tmp_path):
    """As zip packs each file."""
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for number, file in enumerate(files):
        file.write_text(f"number {number}, " * 500, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
        packed = sum(entry.compress_size for entry in archive.infolist())
    assert real_measures.packed_bytes(files) == packed
