"""Published answers beside a release's: near enough, or not."""

from __future__ import annotations

import numpy as np
import pytest

import nb301
from nb301 import formats
from nb301.errors import ReleaseError
from nb301.official import published
from nb301.official.importing import import_official
from nb301.official.published import Compared, Verdict, compare
from nb301.space import to_codes
from tests.official_archives import ensemble, whole_archive, write_folder


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))


def release_of(tmp_path, name, files):
    """A release, imported from a folder of that name."""
    return nb301.load(import_official(write_folder(tmp_path / name, files))[0]).release


def test_version_0_9_is_compared_without_noise(tmp_path):
    """The example's genotype decides; of skips alone the topology was not published, so that they do not."""
    release = release_of(tmp_path, "xgb_v0.9", ensemble())
    example, skips = compare(release)
    codes = to_codes([formats.read("DARTS_V2")])
    expected = 100 * release.surrogate.predict(codes).mean()
    assert example.found == pytest.approx(expected, abs=1e-9)
    assert (example.verdict, skips.verdict) == (Verdict.different, Verdict.undecided)
    assert (example.expected, skips.expected) == (94.166695, 88.165985)


def test_version_1_0_is_compared_with_draws(tmp_path):
    """Within four of the members' stds, in percent and seconds."""
    folders = import_official(write_folder(tmp_path / "all", whole_archive()), name="nb301-xgb-v1.0")
    release = nb301.load(folders[0]).release
    drawn, std, runtime = compare(release)
    members = release.surrogate.in_own_unit(to_codes([formats.read("DARTS_V2")]))
    assert drawn.tolerance == pytest.approx(4 * members.std())
    assert (std.found, std.verdict) == (pytest.approx(members.std()), Verdict.undecided)
    assert (runtime.expected, runtime.unit) == (4781.15, "s")
    assert runtime.verdict is Verdict.different


@pytest.mark.parametrize(
    ("found", "is_assumed", "verdict"),
    [
        (94.1667, False, Verdict.same),
        (94.1668, False, Verdict.different),
        (94.1668, True, Verdict.undecided),
        (np.nan, False, Verdict.different),
    ],
)
def test_verdicts(found, is_assumed, verdict):
    """As published within the tolerance; else it depends on whether something is assumed."""
    line = Compared("a", 94.166695, found, 2.5e-5, "%", "because", is_assumed=is_assumed)
    assert line.verdict is verdict


def test_without_published_answers_there_is_nothing_to_compare(tmp_path):
    """Neither of a release of ours, nor of the official GIN."""
    for release in (
        nb301.load("emulated-xgb-v2.0").release,
        release_of(tmp_path, "gnn_gin_v1.0", ensemble("gnn_gin")),
    ):
        with pytest.raises(ReleaseError, match="no published answers of"):
            compare(release)
    assert published.Verdict("different") is Verdict.different
