"""Tests of `validation.saboteurs.matrix`."""

from __future__ import annotations

import pytest

from nb301.releases.report import ClaimVerdict
from validation.saboteurs import matrix as page_of
from validation.saboteurs.catalogue import SABOTEURS


@pytest.fixture
def two(subject, monkeypatch):
    """Two saboteurs, and verdicts that cost nothing: the first claims of each fail."""
    chosen = {name: SABOTEURS[name] for name in ("not_canonical", "leaks_test")}
    monkeypatch.setattr(page_of, "SABOTEURS", chosen)

    monkeypatch.setattr(page_of, "sabotaged", lambda *_: subject)

    def verdict(_, claim_id):
        fails = claim_id in {"isomorphism", "batches"}
        return ClaimVerdict.fails if fails else ClaimVerdict.holds

    monkeypatch.setattr(page_of, "verdict", verdict)


@pytest.mark.usefixtures("two")
def test_quick_claims_are_asked(tmp_path):
    """All of them, and of the slow ones those that must catch the saboteur."""
    done = []
    verdicts = page_of.matrix(tmp_path, done.append)
    assert done == [*verdicts] == ["not_canonical", "leaks_test"]
    assert {"isomorphism", "processes", "table3_r2"} <= set(verdicts["not_canonical"])
    assert "left_out_r2_re" not in verdicts["not_canonical"]


@pytest.mark.usefixtures("two")
def test_the_page_names_who_was_missed(tmp_path):
    """Those that must catch are bold where they do, and named where they do not."""
    *_, first, second = page_of.page(page_of.matrix(tmp_path)).splitlines()
    assert first.startswith("| not_canonical | Tells genotypes apart that differ in the names of nodes alone")
    assert first.endswith("| **isomorphism**, batches | processes |")
    assert second.endswith("| isomorphism, batches | not_above_ceiling |")
