"""Facts about an entry: how it did, and what it declares."""

from __future__ import annotations

import pytest

from leaderboard.pages.build import rank_tracks
from leaderboard.pages.entries.facts import declared_facts, numbers, result_facts


@pytest.fixture
def standing(references):
    """The standing of the last of some runs' entries."""

    def standing(*runs):
        (ranking,) = rank_tracks(list(runs), references)
        return ranking.whole.standings[-1]

    return standing


def test_what_does_not_apply_is_left_out(standing, make_run):
    """One release has no difference between kinds; an entry that does not count has no score."""
    counted = result_facts(standing(make_run()), 1, ["emulated-xgb-v2.0"])
    other = standing(make_run(), make_run("gbdt", conflicts=("xgboost",)))
    uncounted = {fact.title: fact for fact in result_facts(other, 1, ["emulated-xgb-v2.0"])}

    assert [fact.title for fact in counted][:3] == ["Place", "Score", "Final error"]
    assert not any("minus" in fact.title for fact in counted)
    assert "Score" not in uncounted
    assert uncounted["Place"].value == "\N{EN DASH}"
    assert uncounted["Place"].note == "not counted: fits xgboost as the release does"


def test_kinds_of_releases_are_compared(standing, make_run):
    """Where an entry ran on both."""
    other = {"release": "other", "release_hash": "b" * 64, "random_only": True}
    runs = [make_run(seed=seed, error=5.5, **kind) for seed in range(2) for kind in ({}, other)]
    facts = {fact.title: fact for fact in result_facts(standing(*runs), 2, ["a", "b"])}

    assert facts["All-data minus random-only"].value.startswith("+0.00")
    assert facts["Score"].note.startswith("mean of 2 runs on each of a, b; worst release ")


def test_numbers_are_those_of_the_row(standing, make_run):
    """The gap is what luck flatters it by."""
    shown = numbers(standing(make_run(error=5.0)).row)

    assert (shown.place, shown.error, shown.observed_error, shown.gap) == ("1", "5.00", "4.90", "+0.10")


def test_gap_is_what_luck_gave(pages_of, make_run):
    """The observed error is a tenth of a point better than the true one, and the page says so."""
    text = pages_of([make_run(error=5.0)])["rs"].plain

    assert "Final error5.00 %without noise" in text
    assert "Observed error4.90 %the best of many noisy values that it saw: luck flatters it by +0.10" in text


def test_declarations_are_shown(pages_of, make_run, submit):
    """What the manifest says: settings, requirements, resources, code."""
    page = pages_of([make_run("mine")], submit(optimizer="x = 1\n"))["mine"]
    text = page.plain

    for expected in ("size = 3", "numpy==2.0.0", "1,024 MB, 3,600 CPU s, 1 thread", "MIT", "x = 1"):
        assert expected in text
    assert "../data/submissions/mine.zip" in page.links


def test_prior_knowledge_is_told(make_run):
    """Without the submission the records say what there is."""
    run = make_run()
    used = run.model_copy(update={"entry": run.entry.model_copy(update={"used_benchmark_data": True})})
    known = {fact.title: fact.value for fact in declared_facts([used], None)}
    none = {fact.title: fact.value for fact in declared_facts([run], None)}

    assert known["Prior knowledge"] == "results of this benchmark went into its design or settings"
    assert none["Prior knowledge"] == "no results of this benchmark went into its design or settings"
    assert none["Releases it conflicts with"] == "none of those that it ran on"
