"""The report card: claims by kind, and the gates that do not hold."""

from __future__ import annotations

from leaderboard.pages.releases.card import cards, gates, unmet
from nb301.releases.report import ClaimVerdict


def claims_of(report, name):
    (release,) = (release for release in report.releases if release.name == name)
    return release.claims


def test_cards_have_every_claim_gates_first(report):
    """With counts of their verdicts, and the signs that there are."""
    claims = claims_of(report, "emulated-xgb-rand-v2.0")
    shown = cards(claims)

    assert [card.kind for card in shown] == ["gate", "comparison"]
    assert sorted(row.claim.id for card in shown for row in card.rows) == sorted(c.id for c in claims)
    assert shown[0].counts == "59 hold, 6 fail, 2 undecided"
    assert shown[0].signs == {"holds": "✓", "fails": "✗", "undecided": "?"}


def test_kinds_without_claims_have_no_card():
    """A release that was not validated has none."""
    assert cards([]) == []
    assert not gates([])
    assert unmet([]) == []


def test_gates_that_fail_come_before_those_undecided(report):
    """They are the ones that the counts have; comparisons are not among them."""
    claims = claims_of(report, "emulated-lgb-rand-v2.0")
    counts, shown = gates(claims), unmet(claims)

    assert [row.claim.verdict for row in shown] == ["fails"] * counts[ClaimVerdict.fails] + [
        "undecided"
    ] * counts[ClaimVerdict.undecided]
    assert {row.claim.kind for row in shown} == {"gate"}


def test_measured_has_its_interval(report):
    """And what was asked its sign and unit."""
    (row,) = unmet(claims_of(report, "cifar10-lgb-rand-v1.0"))

    assert row.measured == "1.335 (1.018 to 1.674)"
    assert row.needed == "≤ 1.5"
    assert row.sign == "?"
