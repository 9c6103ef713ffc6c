"""The page on methods."""

from __future__ import annotations

import re

from leaderboard.pages.build import make_site, rank_tracks
from leaderboard.pages.methods import assumptions, linear, methods_page, real_releases
from nb301.truth import emulated
from nb301.truth.base import rests_on


def test_every_constant_of_the_truth_says_where_it_is_from():
    """No number of the emulated truth is left out, and each is published, assumed, or both."""
    shown = {name.partition("[")[0]: value for a in assumptions() for name, value in a.constants.values}
    of_module = {
        name
        for name, value in vars(emulated).items()
        if re.fullmatch("_[A-Z_]+", name) and isinstance(value, float | int | dict)
    }

    assert of_module
    assert of_module == set(shown)
    assert {name: float(value) for name, value in shown.items() if name == "_CEILING"} == {
        "_CEILING": emulated._CEILING
    }
    assert {a.origin for a in assumptions()} == {"published", "assumed", "published and assumed"}


def test_weights_of_the_linear_description_are_all_shown():
    """Two cells of single features, and three features by op for each."""
    description = linear()

    assert description.intercept == 93.310993
    assert description.single["depth"] == (0.009598, -0.077449)
    assert len(description.by_op) == 6
    assert "R2 = 0.888" in description.comment


def test_real_releases_are_those_of_the_papers_trainings(out, parsed, text_of):
    """With what they rest on, and whom to thank."""
    text = text_of(parsed(out / "methods.html").by_id("trained"))

    assert real_releases()
    for manifest in real_releases():
        assert manifest.name.startswith("cifar10-")
        for part in (manifest.name, f"{manifest.table.rows:,}", manifest.credit, rests_on(manifest.truth)):
            assert part in text


def test_references_are_the_frozen_ones(site, out, parsed, text_of):
    """Each release of the site with its hash, its truth and both errors."""
    text = text_of(parsed(out / "methods.html").by_id("references"))

    for board in site.rankings[0].boards:
        reference = site.references[board.release.release_hash]
        assert reference.release_hash in text
        assert f"{100 - 100 * reference.best_accuracy:.4f}" in text
        assert board.release.truth in text


def test_all_guidelines_are_answered(out, parsed):
    """Four of Section 7 and ten of Appendix F."""
    tables = parsed(out / "methods.html").by_id("guidelines").iter("tbody")

    assert [len(table.findall("tr")) for table in tables] == [4, 10]


def test_no_run_that_counts_gives_no_example(make_run, references):
    """A board on which nothing counts is no place for one."""
    runs = [make_run("rs", seed, conflicts=("xgboost",)) for seed in range(2)]
    page = methods_page(make_site(rank_tracks(runs, references), references))

    assert page.context["example"] is None


def test_hostile_names_are_text(hostile, parsed, text_of):
    """The name of the example's entry is shown as it is."""
    assert "<script>alert(1)</script>" in text_of(parsed(hostile / "methods.html"))
