"""Tests of `validation.prepare`."""

from __future__ import annotations

import pytest

from nb301.releases import Release, find
from nb301.tables.schema import write_table
from validation import prepare as preparing
from validation.claims import claims_about
from validation.prepare import Fit, fits, prepare
from validation.subject import subject_of


@pytest.fixture
def subject(tiny_release, tiny_table, tmp_path):
    return subject_of(Release(tiny_release), tiny_table, tmp_path / "cache")


def test_what_claims_need(embedded_table, tmp_path):
    """Every slow claim's models, each once; ensembles of trees, single GINs for trajectories."""
    for family, members in (("xgb", 10), ("gin", 1)):
        release = find(f"emulated-{family}-v1.0")
        subject = subject_of(release, embedded_table, tmp_path)
        found = fits(claims_about("emulated 1.0", family, "all-data"), subject)
        assert len(found) == len(set(found))
        assert {Fit("without_darts", 1), Fit("above_92", 1), Fit("first_20000", 1)} <= set(found)
        assert Fit("without_re", members) in found
        assert Fit("equal_size", 1) not in found
    random_only = fits(claims_about("emulated 1.0", "xgb", "random-only"), subject)
    assert random_only == [Fit("equal_size", 1), Fit("random_only", 1)]


def test_fits_what_is_missing_once(subject, tiny_table, tmp_path, monkeypatch):
    """Models are fitted in other processes into the cache; the second time there is nothing to do."""
    table = tmp_path / "tiny.parquet"
    write_table(tiny_table, table)
    claims = [c for c in claims_about("emulated 1.0", "xgb", "all-data") if c.id == "left_out_r2_re"]
    assert not subject.is_fitted("without_re")
    prepare([(subject, claims)], str(table), processes=2)
    assert subject.is_fitted("without_re")
    assert not subject.is_fitted("without_re", members=10)
    monkeypatch.setattr(preparing, "ProcessPoolExecutor", None)
    prepare([(subject, claims)], str(table), processes=2)
