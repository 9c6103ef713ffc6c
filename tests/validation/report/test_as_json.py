"""Tests of `validation.report.as_json`; `test_plugin.py` has the report of a whole run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nb301.releases.report import ClaimVerdict, read_report
from validation.claims import claims_about
from validation.intervals import Interval
from validation.judging import Measurement
from validation.measures import Measured
from validation.report.as_json import Results, measured_entry, summary, table_rows, write_report

NAN = float("nan")


@pytest.fixture
def results(subject):
    return Results(subject, claims_about("emulated 2.0", "xgb", "all-data"))


def test_entry_of_a_measurement():
    """A measurement becomes plain JSON, digit by digit."""
    measured = Measured(0.8, Interval(0.7, 0.9), 695, 0.95, {"spearman": 0.9})
    assert measured_entry(Measurement(measured, ClaimVerdict.undecided)) == {
        "value": 0.8,
        "interval": [0.7, 0.9],
        "n": 695,
        "ceiling": 0.95,
        "also": {"spearman": 0.9},
        "verdict": "undecided",
    }


def test_entry_of_an_undefined_measurement():
    """What is undefined is null, as JSON has no NaN."""
    for interval in (Interval(NAN, NAN), Interval(0.5, float("inf")), Interval(float("-inf"), 0.5)):
        measured = Measured(NAN, interval, 695, None, {"spearman": NAN, "kl": float("inf")})
        entry = measured_entry(Measurement(measured, ClaimVerdict.fails))
        assert (entry["value"], entry["interval"], entry["ceiling"]) == (None, None, None)
        assert entry["also"] == {"spearman": None, "kl": None}
        assert json.dumps(entry, allow_nan=False)


def test_nothing_measured_is_not_run(results):
    """Before anything is measured every claim and check is there, and none is green."""
    release = results.to_record()
    assert {claim.verdict for claim in release.claims} == {"not run"}
    assert set(release.checks.values()) == {"not run"}
    assert not release.passes
    _, *rows = table_rows([results])
    assert {row[-1] for row in rows} == {"not run"}


def test_passes_when_every_gate_holds(results):
    """Comparisons have no part in it; a gate that does not hold, or a check that did not pass, has."""
    for claim in results.claims:
        verdict = "holds" if claim.kind == "gate" else "fails"
        results.measured[claim.id] = {"verdict": verdict}
    assert not results.passes()
    results.checks["frozen_metrics"] = "passed"
    assert results.passes()
    assert f"{results.subject.name} passes" in next(summary([results]))
    results.measured["long_lists"] = {"verdict": "not applicable"}
    assert results.passes()
    results.measured["long_lists"] = {"verdict": "undecided"}
    assert not results.passes()


def test_the_file_is_what_was_measured(results, tmp_path):
    """Keys in their order, two spaces of indentation, and no float that is no number."""
    measured = Measured(0.8, Interval(0.7, 0.9), 695, 0.95, {"spearman": NAN})
    results.measured["table3_r2"] = measured_entry(Measurement(measured, ClaimVerdict.undecided))
    path = tmp_path / "report.json"
    write_report(path, [results])
    text = path.read_text(encoding="utf-8")
    content = json.loads(text)
    assert text == json.dumps(content, indent=2) + "\n" == read_report(path).to_json()
    assert [*content] == ["format", "releases", "bootstrap", "libraries"]
    (release,) = content["releases"]
    assert [*release] == ["name", "release_hash", "truth", "table", "passes", "claims", "checks"]
    claim = next(claim for claim in release["claims"] if claim["id"] == "table3_r2")
    declared = [
        "id",
        "statement",
        "symbol",
        "threshold",
        "direction",
        "source",
        "reason",
        "kind",
        "unit",
        "slow",
    ]
    assert [*claim] == [*declared, "value", "interval", "n", "ceiling", "also", "note", "verdict"]
    assert (claim["threshold"], claim["also"]) == (0.832, {"spearman": None})


def test_texts_for_people(results):
    """Thresholds with their side and unit, values to four digits, a line for what is exact."""
    results.measured["long_lists"] = {"verdict": "holds", "value": 0.0, "interval": [0.0, 0.0]}
    results.measured["divergence"] = {"verdict": "fails", "value": 1234.5, "interval": [1000.0, 2000.0]}
    head, *rows = table_rows([results])
    cells = {row[1]: dict(zip(head, row, strict=True)) for row in rows}
    assert cells["long_lists"]["95 % interval"] == "exact"
    assert cells["divergence"]["value"] == "1234"
    assert cells["divergence"]["95 % interval"] == "1000 to 2000"
    assert cells["divergence"]["threshold"] == "<= 134.4 nats"
    assert cells["table3_r2"]["value"] == cells["table3_r2"]["95 % interval"] == "-"


def test_published_estimates_are_inside_their_intervals():
    """Every number of `docs/validation.json` lies in the interval beside it."""
    report = json.loads((Path(__file__).parents[3] / "docs" / "validation.json").read_text(encoding="utf-8"))
    if "distances" not in report["bootstrap"]:
        pytest.skip("measured before distances had intervals of their own: run `tox run -e validate` anew")
    for release in report["releases"]:
        for claim in release["claims"]:
            if claim["value"] is not None and claim["interval"] is not None:
                low, high = claim["interval"]
                assert low <= claim["value"] <= high, (release["name"], claim["id"])


def test_what_could_not_be_run_is_told_once(results):
    """How many claims and why, in a line; claims that nobody asked for are not counted."""
    results.measured["long_lists"] = {"note": "the table is not here"}
    assert list(summary([results]))[1] == "1 claim was not run: the table is not here"
    results.measured["distinct"] = {"note": "the table is not here"}
    results.measured["processes"] = {"note": "does not apply", "verdict": "not applicable"}
    assert results.not_run() == {"the table is not here": 2}
    assert list(summary([results]))[1] == "2 claims were not run: the table is not here"
    entry = next(claim for claim in results.to_record().claims if claim.id == "distinct")
    assert (entry.verdict, entry.note, entry.value) == ("not run", "the table is not here", None)


def test_imported_releases_have_no_frozen_metrics(imported):
    """There is nothing to check of them; that gates were not run is enough for them not to pass."""
    results = Results(imported, claims_about(imported.table.truth, "official-xgb", "all-data"))
    assert results.to_record().checks == {}
    assert not results.passes()
    kinds = {claim.id: claim.kind for claim in results.entries()}
    assert (kinds["isomorphism"], kinds["processes"]) == ("comparison", "gate")
    for claim in results.claims:
        results.measured[claim.id] = {"verdict": "holds"}
    assert results.passes()
