"""Numbers and facts as the site's pages write them."""

from __future__ import annotations

import math

import pytest
from typer.main import get_command

from leaderboard.cli import app
from leaderboard.problems import Problem
from leaderboard.ranking.statistics import Estimate
from leaderboard.rendering import wording
from leaderboard.runs.key import Track

REAL = "CIFAR-10 training, last epoch"


@pytest.mark.parametrize(
    ("truth", "text", "basis"),
    [
        ("CIFAR-10 training", "ground truth: CIFAR-10 training", "real CIFAR-10 trainings"),
        ("cifar10-paper 1.0", "ground truth: cifar10-paper 1.0", "real CIFAR-10 trainings"),
        ("emulated 2.0", "ground truth: emulated 2.0, not CIFAR-10", "an emulation, an explicit function"),
        ("fashion-mnist-tiny 1.0", "ground truth: fashion-mnist-tiny 1.0, not CIFAR-10", "real trainings"),
    ],
)
def test_ground_truths_say_what_they_are_not(truth, text, basis):
    """Only the paper's trainings are CIFAR-10's."""
    assert wording.ground_truth(truth) == text
    assert wording.basis(truth).startswith(basis)


def test_ground_truths_of_releases_are_told_once(make_run):
    """The paper's trainings first."""
    releases = [make_run(truth=truth).release for truth in ("emulated 2.0", REAL, "emulated 2.0")]

    assert wording.ground_truths(releases) == [
        "ground truth: CIFAR-10 training, last epoch",
        "ground truth: emulated 2.0, not CIFAR-10",
    ]


@pytest.mark.parametrize(
    ("truths", "headline"),
    [
        ((REAL,), "These numbers rest on real CIFAR-10 trainings."),
        ((REAL, "CIFAR-10 training"), "These numbers rest on real CIFAR-10 trainings."),
        (("emulated 2.0", REAL), "Only some of these are CIFAR-10 results."),
        (("fashion-mnist-tiny 1.0", REAL), "Only some of these are CIFAR-10 results."),
        (("emulated 2.0",), "These are not CIFAR-10 results."),
        (("emulated 2.0", "fashion-mnist-tiny 1.0"), "These are not CIFAR-10 results."),
        (("nobody knows",), "These are not CIFAR-10 results."),
    ],
)
def test_notice_begins_with_what_is_of_cifar10(make_run, truths, headline):
    """All, some, or none of the releases."""
    assert wording.notice([make_run(truth=truth).release for truth in truths]).headline == headline


def test_notice_names_the_releases_of_each_basis(make_run):
    """Each release once, those on the paper's trainings first."""
    releases = []
    for name, truth in (("a", "emulated 2.0"), ("b", REAL), ("c", "emulated 2.0"), ("a", "emulated 2.0")):
        releases.append(make_run(release=name, truth=truth).release)
    notice = wording.notice(releases)

    assert [*notice.bases.items()] == [
        ("real CIFAR-10 trainings, last epoch", ("b",)),
        ("an emulation", ("a", "c")),
    ]
    assert (notice.is_real, notice.is_emulated) == (True, True)


def test_what_is_not_known_is_a_dash():
    """And an open interval says that runs are too few."""
    assert wording.places(None) == wording.known(None, ".2f") == wording.speed_up(None) == "\N{EN DASH}"
    assert wording.difference(None) == "\N{EN DASH}"
    assert wording.difference(Estimate(1.0, -math.inf, math.inf)) == "+1.00 (too few runs)"


def test_numbers_are_as_exact_as_they_are_known():
    """Places are ranges, speed-ups have two digits."""
    assert (wording.places((1, 1)), wording.places((1, 3))) == ("1", "1\N{EN DASH}3")
    assert (wording.speed_up(1234.0), wording.speed_up(0.987)) == ("1,200", "0.99")
    assert wording.interval(Estimate(1.0, 0.5, 1.5)) == "0.50 to 1.50"


def test_people_read_minus_signs():
    """Not hyphens; and percent in one form."""
    minus = "\N{MINUS SIGN}"
    assert wording.interval(Estimate(-1.0, -1.5, 0.5)) == f"{minus}1.50 to 0.50"
    assert wording.difference(Estimate(-1.0, -1.5, 0.5)) == f"{minus}1.00 ({minus}1.50 to 0.50)"
    assert wording.known(-0.126, ".0%") == f"{minus}13\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("track", "options"),
    [
        (Track(1, 1e6, 30_000), "--budget-seconds 1e6"),
        (Track(30, 2.5e6, 500), "--budget-seconds 2.5e6 --budget-evaluations 500 --workers 30"),
        (Track(1, 3e5, 30_000, Problem.multi_objective), "--budget-seconds 3e5 --problem multi-objective"),
        (Track(1, 1e7, 30_000, blind=True), "--budget-seconds 1e7 --blind"),
    ],
)
def test_options_make_runs_of_a_track(track, options):
    """As the command line reads them."""
    command = ["run", "folder", *wording.options_of(track, ["a", "b"]).split()]
    parsed = get_command(app).commands["run"].make_context("run", command[1:]).params

    assert wording.options_of(track, ["a", "b"]) == f"{options} --release a --release b"
    names = ("workers", "budget_seconds", "budget_evaluations", "problem", "blind")
    assert Track(**{name: parsed[name] for name in names}) == track
    assert parsed["release"] == ["a", "b"]


def test_families_of_models_conflict_with_those_of_surrogates():
    """Families that submissions declare, sorted, by the name of the surrogates' family."""
    conflicts = wording.same_family()

    assert conflicts["gin"] == ["gin", "other-gnn"]
    assert conflicts["xgb"] == ["lightgbm", "other-gbdt", "xgboost"]
