"""Tests of `validation.prepare`."""

from __future__ import annotations

import pytest

from nb301.releases import find
from nb301.tables.schema import write_table
from validation import prepare as preparing
from validation.claims import claims_about
from validation.fits import FirstRows, NamedRows, PlannedFit, Without
from validation.prepare import needed_fits, needed_runs, prepare
from validation.searches import PlannedRuns, Where, chunks, is_made
from validation.subject import subject_of

#: All about a release of all data.
CLAIMS = claims_about("emulated 1.0", "xgb", "all-data")


def test_what_claims_need(embedded_table, tmp_path):
    """Every slow claim's models, each once; ensembles of trees, single GINs for trajectories."""
    for family, members in (("xgb", 10), ("gin", 1)):
        release = find(f"emulated-{family}-v1.0")
        subject = subject_of(release, embedded_table, tmp_path)
        fits = needed_fits(claims_about("emulated 1.0", family, "all-data"), subject)
        assert len(fits) == len(set(fits))
        single = {PlannedFit(rows) for rows in (Without("darts"), NamedRows.above_92, FirstRows(20_000))}
        assert single <= set(fits)
        assert PlannedFit(Without("re"), members) in fits
        assert PlannedFit(NamedRows.equal_size) not in fits
    random_only = needed_fits(claims_about("emulated 1.0", "xgb", "random-only"), subject)
    assert random_only == [PlannedFit(NamedRows.equal_size), PlannedFit(NamedRows.random_only)]


def test_fits_what_is_missing_once(subject, tiny_table, tmp_path, monkeypatch):
    """Models are fitted in other processes into the cache; the second time there is nothing to do."""
    table = tmp_path / "tiny.parquet"
    write_table(tiny_table, table)
    claims = [c for c in claims_about("emulated 1.0", "xgb", "all-data") if c.id == "left_out_r2_re"]
    assert not subject.is_fitted(Without("re"))
    prepare([(subject, claims)], str(table), processes=2)
    assert subject.is_fitted(Without("re"))
    assert not subject.is_fitted(Without("re"), members=10)
    monkeypatch.setattr(preparing, "ProcessPoolExecutor", None)
    prepare([(subject, claims)], str(table), processes=2)


@pytest.mark.usefixtures("short_plan")
def test_runs_what_is_missing_once(embedded_table, tmp_path, monkeypatch):
    """Runs on the release and on the truth are made in other processes into the cache."""
    subject = subject_of(find("emulated-xgb-v1.0"), embedded_table, tmp_path)
    claims = [claim for claim in CLAIMS if claim.id in {"found_1e5_rs", "overrated_1e6_rs"}]
    assert needed_runs(claims, subject) == [
        PlannedRuns("rs", where) for where in (Where.truth, Where.subject)
    ]
    prepare([(subject, claims)], None, processes=2)
    for where in (Where.truth, Where.subject):
        assert all(is_made(subject, where, chunk) for chunk in chunks("rs", where))
    monkeypatch.setattr(preparing, "ProcessPoolExecutor", None)
    prepare([(subject, claims)], None, processes=2)


def test_without_a_table_nothing_is_fitted(tableless, monkeypatch):
    """The claims that need fits say what is missing."""
    monkeypatch.setattr(preparing, "ProcessPoolExecutor", None)
    claims = [claim for claim in CLAIMS if not needed_runs([claim], tableless)]
    assert needed_fits(claims, tableless)
    prepare([(tableless, claims)], None, processes=2)
