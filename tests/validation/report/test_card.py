"""Tests of `validation.report.card`."""

from __future__ import annotations

import pytest

from nb301.errors import MissingExtra
from nb301.truth.base import rests_on
from tests.validation.surrogates import Constant
from validation.claims import claims_about
from validation.report import card
from validation.report.as_json import Results
from validation.searches import PlannedRuns, Where
from validation.subject import foreign_subject


@pytest.fixture
def results(tiny_table, tmp_path):
    subject = foreign_subject("mine:<Model>", Constant(), tiny_table, tmp_path)
    return Results(subject, claims_about("emulated 1.0", None, "all-data"))


@pytest.fixture
def page(results, tmp_path, monkeypatch):
    """Write the card, without its figures."""
    monkeypatch.setattr("validation.report.figures.figures", lambda *_, **__: [])

    def write():
        path = tmp_path / "card.html"
        card.write_card(path, [results])
        return path.read_text(encoding="utf-8")

    return write


def test_nothing_measured_is_not_shown(page):
    """A subject has a section once something was measured."""
    assert "mine:" not in page()


def test_card_says_what_numbers_rest_on(results, page):
    """In plain words, beside the ground truth's name."""
    results.measured[results.claims[0].id] = {"verdict": "holds"}

    assert f"<b>{rests_on(results.subject.table.truth)}</b>" in page()


def test_claims_that_do_not_hold_stand_first(results, page):
    """Under their kind; those that hold, do not apply or were not run are in the table alone."""
    gate = next(claim for claim in results.claims if claim.kind == "gate")
    for verdict in ("holds", "not applicable", "fails"):
        results.measured[gate.id] = {"verdict": verdict, "value": 0.25, "interval": [0.2, 0.3]}
        text = page()
        assert ("Gates that do not hold" in text) is (verdict == "fails")
        assert "Comparisons that do not hold" not in text
        assert text.count(gate.statement) == (2 if verdict == "fails" else 1)
    assert "0.2500 (0.2000 to 0.3000)" in text
    assert "<li>1 gate: " in text


def test_texts_are_escaped(results, page):
    """A name that looks like markup is text."""
    results.measured[results.claims[0].id] = {"verdict": "holds", "note": "<script>"}
    text = page()
    assert "mine:&lt;Model&gt;" in text
    assert "<script>" not in text


def test_runs_are_shown_where_they_were_made(results):
    """A card makes no runs of its own."""
    results.measured["table3_r2"] = {"verdict": "holds"}
    assert card._runs(results) == []
    results.measured["found_1e5_rs"] = {"verdict": "holds"}
    assert card._runs(results) == [PlannedRuns("rs", Where.truth), PlannedRuns("rs", Where.subject)]


def test_what_draws_is_asked_for_first(monkeypatch):
    """A missing library is named with its extra before anything is measured."""
    card.require_extra()
    monkeypatch.setitem(__import__("sys").modules, "altair", None)
    with pytest.raises(MissingExtra, match=r"nb301\[validation\]"):
        card.require_extra()


def test_card_says_what_was_not_run(results, page):
    """How many claims, and why."""
    results.measured[results.claims[0].id] = {"note": "the <table> is not here"}
    assert "<p>1 claim was not run: the &lt;table&gt; is not here</p>" in page()
