"""Tests of `validation.saboteurs.matrix`."""

from __future__ import annotations

import pytest

from nb301.releases.report import ClaimVerdict
from validation.saboteurs import matrix as page_of
from validation.saboteurs.catalogue import SABOTEURS


@pytest.fixture
def two(perfect, monkeypatch):
    """Two saboteurs, and verdicts that cost nothing: the same claims of each fail."""
    chosen = {name: SABOTEURS[name] for name in ("not_canonical", "halves_noise")}
    monkeypatch.setattr(page_of, "SABOTEURS", chosen)
    monkeypatch.setattr(page_of, "sabotaged", lambda *_: perfect)

    def verdict(_, claim_id):
        fails = claim_id in {"isomorphism", "batches", "covers_0.5", "covers_0.8", "calibration"}
        return ClaimVerdict.fails if fails else ClaimVerdict.holds

    monkeypatch.setattr(page_of, "verdict", verdict)


@pytest.mark.usefixtures("two")
def test_quick_claims_are_asked(tmp_path):
    """All of them, and of the slow ones those that must catch the saboteur."""
    done = []
    verdicts = page_of.matrix(tmp_path, done.append)
    assert done == [*verdicts] == ["not_canonical", "halves_noise"]
    assert {"isomorphism", "table3_r2"} <= set(verdicts["not_canonical"])
    assert "left_out_r2_re" not in verdicts["not_canonical"]


@pytest.mark.usefixtures("two")
def test_the_page_has_a_row_for_each(tmp_path):
    """Gates that must catch are bold where they do, and named where they do not; the others are counted."""
    text = page_of.page(page_of.matrix(tmp_path))
    *_, first, second = text.splitlines()
    fault = SABOTEURS["not_canonical"].fault
    assert first == f"| not_canonical | {fault} | **isomorphism** | 3: batches, covers (2) | none |"
    assert second.endswith(
        "| **covers_0.5**, **covers_0.8** | 2: isomorphism, batches | noise_std_size, covers_0.95 |"
    )
    assert text.count("\n## Of ") == 1
    assert "\n## Of the oracle\n" in text


@pytest.mark.usefixtures("two")
def test_verdicts_are_kept(tmp_path, monkeypatch):
    """A second call asks nobody again; a file that cannot be read is made anew."""
    once = page_of.matrix(tmp_path)
    monkeypatch.setattr(page_of, "verdict", lambda *_: pytest.fail("asked again"))
    assert page_of.matrix(tmp_path) == once
    for path in tmp_path.rglob("*.json"):
        path.write_text("{}")
    with pytest.raises(pytest.fail.Exception, match="asked again"):
        page_of.matrix(tmp_path)
