"""Cards: well-formed HTML of what objects are, whatever they hold."""

from __future__ import annotations

import re

import numpy as np
import pytest

from nb301.display import curves_card, facts_card, rows_card, run_card


@pytest.mark.parametrize(
    "card",
    [
        run_card("no run", np.empty(0), np.empty(0)),
        curves_card("no curves", np.empty((0, 98))),
        rows_card("no rows", {"mean (%)": (np.empty(0), ".2f")}),
    ],
)
def test_nothing_is_told_and_not_drawn(card):
    """What is empty has its title."""
    assert "<svg" not in card
    assert "<table" not in card
    assert re.search("<p>no (run|curves|rows)</p>", card)


def test_texts_are_escaped():
    """Whatever is shown stays text."""
    card = facts_card("<b>", [("a<b", "c&d", "<script>")])
    assert "<p>&lt;b&gt;</p>" in card
    assert "<code>a&lt;b</code>" in card
    assert "c&amp;d" in card
    assert "<script>" not in card


@pytest.mark.parametrize(("count", "numbers"), [(3, "0 1 2"), (10, "0 1 2 3 4 5 6 7 8 9")])
def test_few_rows_are_all_shown(count, numbers):
    """With their numbers."""
    card = rows_card("rows", {"value": (np.arange(count), "d")})
    assert re.findall("<tr><td>(.+?)</td>", card) == numbers.split()


def test_of_many_rows_the_ends_are_shown():
    """Five at both ends, and a row that says that there are others."""
    card = rows_card("rows", {"value": (np.arange(1000) / 8, ".2f")})
    rows = re.findall("<tr><td>(.+?)</td><td>(.+?)</td>", card)

    assert [row[0] for row in rows] == ["0", "1", "2", "3", "4", "…", "995", "996", "997", "998", "999"]
    assert rows[-1] == ("999", "124.88")


def test_of_many_curves_ten_are_drawn():
    """And the card says so; of few it draws all, and says nothing."""
    accuracies = np.linspace(0.5, 0.9, 300).reshape(100, 3)
    assert curves_card("many", accuracies).count('<path class="curve-line"') == 10
    assert "10 of them" in curves_card("many", accuracies)
    assert curves_card("few", accuracies[:3]).count('<path class="curve-line"') == 3
    assert "of them" not in curves_card("few", accuracies[:3])


def test_run_is_drawn_as_error_over_time():
    """Errors in percent, seconds as they are."""
    card = run_card("run", np.array([4000.0, 8000.0]), np.array([0.9, 0.925]))
    assert 'aria-label="observed validation error of the incumbent (%) 7.50 to 10.00, ' in card
    assert "simulated s 4,000 to 8,000" in card
