"""The page on methods."""

from __future__ import annotations

import re

from leaderboard.pages.build import make_site, rank_tracks
from leaderboard.pages.methods import assumptions, fitted, methods_page, real_releases
from nb301.space import Op
from nb301.truth import emulated
from nb301.truth.base import rests_on
from nb301.truth.emulation.weights import POINT, SECOND, weights


def test_every_constant_of_the_truth_says_where_it_is_from():
    """No number of the emulated truth is left out, and each is published, fitted or assumed, or in parts."""
    shown = {name.partition("[")[0]: value for a in assumptions() for name, value in a.constants.values}
    of_module = {
        name
        for name, value in vars(emulated).items()
        if re.fullmatch("[A-Z_]+", name) and isinstance(value, float)
    }

    assert of_module
    assert of_module == set(shown)
    assert float(shown["CEILING"]) == emulated.CEILING
    origins = {a.origin for a in assumptions()}
    assert {"assumed", "published", "published, fitted, assumed"} <= origins
    assert "" not in origins


def test_fitted_weights_are_all_shown(out, parsed, text_of):
    """As many as the truth uses, in points and seconds; the first table has the op and origin in words."""
    shown = fitted()
    used = weights()

    by_caption = {
        w.caption: [x for row in w.rows.values() for x in row] for w in (*shown.edges, *shown.others)
    }
    edges, runtimes, beyond, *pairs, curve, one, other = by_caption.values()
    assert edges == (used.terms["edges"][:-1] / POINT).tolist()
    assert runtimes == (used.runtime_edges / SECOND).tolist()
    assert beyond == (used.beyond_free / POINT).tolist()
    for kind, numbers in zip(("anywhere", "side_by_side", "in_line"), pairs, strict=True):
        assert numbers == (used.terms[kind][:-1] / POINT).tolist()
    assert len(curve) == 3 * len(used.epochs)
    assert [one, other] == (used.components_edges / POINT).tolist()
    assert shown.edges[0].rows["normal input_0"][Op.skip_connect] == edges[Op.skip_connect]
    text = text_of(parsed(out / "methods.html").by_id("emulation"))
    for part in ("real trainings", "normal input_0", f"{edges[0]:+.3f}", "reduce intermediate skip_connect"):
        assert part in text


def test_real_releases_are_those_of_the_papers_trainings(out, parsed, text_of):
    """With what they rest on, and whom to thank."""
    text = text_of(parsed(out / "methods.html").by_id("trained"))

    assert real_releases()
    for manifest in real_releases():
        assert manifest.name.startswith("cifar10-")
        for part in (manifest.name, f"{manifest.table.rows:,}", manifest.credit, rests_on(manifest.truth)):
            assert part in text


def test_references_are_the_frozen_ones(site, out, parsed, text_of):
    """Each release of the site with its hash, its truth and both accuracies, to the last digit."""
    text = text_of(parsed(out / "methods.html").by_id("references"))

    for board in site.rankings[0].boards:
        reference = site.references[board.release.release_hash]
        assert reference.release_hash in text
        assert repr(reference.best_accuracy) in text
        assert repr(reference.random_accuracy) in text
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
