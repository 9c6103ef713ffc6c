"""What a release means, and why no track runs on it."""

from __future__ import annotations

import pytest

from leaderboard.pages.releases.meaning import meaning, why_unranked
from nb301.releases import find, names
from nb301.truth.base import is_emulated

REAL = "cifar10-xgb-rand-v1.0"


def claims_of(report, name):
    (release,) = (release for release in report.releases if release.name == name)
    return release.claims


@pytest.mark.parametrize("name", names())
def test_only_real_trainings_are_called_so(name):
    """An emulation has evaluations, and whatever is not CIFAR-10 says so."""
    release = find(name)
    told = dict(meaning(release, ()))

    rows = f"{release.manifest.table.rows:,}"
    emulated = is_emulated(release.manifest.truth)
    assert told["Rests on"].startswith(f"{rows} emulated evaluations" if emulated else f"{rows} real ")
    assert ("CIFAR-10: no number of it" in told["Not good for"]) == (not name.startswith("cifar10"))


def test_numbers_are_the_manifests_and_the_reports(report):
    """Rows, fit, and how far cells of skip connections alone are overrated."""
    manifest = find(REAL).manifest
    told = dict(meaning(find(REAL), claims_of(report, REAL)))

    assert told["Has seen"].startswith(f"{manifest.split.train:,} rows of random search alone to fit")
    assert f"R² {manifest.metrics.r2:.3f}" in told["Accuracy"]
    assert "predicts them 4.7 points too high" in told["Not good for"]
    assert "skip connections" not in dict(meaning(find(REAL), ()))["Not good for"]


def test_learning_curves_are_told_of_those_that_have_them():
    """Real trainings have none."""
    assert "every epoch" in dict(meaning(find("emulated-gin-v2.0"), ()))["Good for"]
    assert "Learning curves" in dict(meaning(find(REAL), ()))["Not good for"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (REAL, "no published runs"),
        ("cifar10-lgb-rand-v1.0", "two families: XGBoost and GIN"),
        ("emulated-lgb-v2.0", "two families: XGBoost and GIN"),
        ("fashion-mnist-tiny-gin-v1.0", "budgets are seconds of CIFAR-10 trainings"),
    ],
)
def test_reason_is_the_schedules(name, words):
    """Who is in no track is told why."""
    assert words in why_unranked(find(name))
