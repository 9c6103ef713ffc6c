"""The worked example of a score, against the code that ranks."""

from __future__ import annotations

import csv
import math

import pytest

from leaderboard.pages.build import rank_tracks
from leaderboard.pages.methods_example import example_of
from leaderboard.ranking.scores import anytime_score


def test_example_is_the_score_of_the_ranking(site, out, parsed, text_of):
    """Step by step it comes to what `scores` gives, and the mean to what the table has."""
    example = example_of(site.rankings[0], site.references)
    page = parsed(out / "methods.html")
    track = site.rankings[0].track.slug
    rows = csv.DictReader((out / f"data/{track}/ranking.csv").read_text("utf-8").splitlines())
    (row,) = (
        row
        for row in rows
        if (row["entry"], row["release"]) == (example.run.cell.submission, example.run.release.name)
    )

    assert example.score == pytest.approx(anytime_score(example.run, example.reference), abs=1e-9)
    assert example.scores[example.run.cell.seed] == pytest.approx(example.score, abs=1e-9)
    assert sum(example.scores.values()) / len(example.scores) == pytest.approx(example.row.score.value)
    assert text_of(page.by_id("example-score")) == f"{example.score:.4f}"
    assert text_of(page.by_id("example-mean")) == row["score"]


def test_steps_cover_the_window(make_run, references):
    """They follow each other from the start to the budget, and have its decades."""
    (ranking,) = rank_tracks([make_run("rs", seed, 5.5) for seed in range(2)], references)
    example = example_of(ranking, references)

    assert (example.steps[0].start, example.steps[-1].end) == (1e5, 1e7)
    assert all(one.end == other.start for one, other in zip(example.steps, example.steps[1:], strict=False))
    assert example.decades == pytest.approx(math.log10(1e7 / 1e5))
    assert [step.regret for step in example.steps] == pytest.approx([0.75, 0.25])
    assert example.score == pytest.approx(anytime_score(example.run, example.reference))


def test_no_run_that_counts_gives_no_example(make_run, references):
    """A board on which nothing counts is no place for one."""
    (ranking,) = rank_tracks([make_run("rs", seed, conflicts=("xgboost",)) for seed in range(2)], references)

    assert example_of(ranking, references) is None
