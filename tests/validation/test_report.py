"""Tests of `validation.report`; `test_plugin.py` has the report of a whole run."""

from __future__ import annotations

import json

from nb301.releases import find
from validation.claims import claims_about
from validation.measure import Measurement
from validation.report import Subject, measured_entry, table_rows
from validation.statistics import Interval

NAN = float("nan")


def test_entry_of_a_measurement():
    """A measurement becomes plain JSON, digit by digit."""
    measured = Measurement(0.8, Interval(0.7, 0.9), 695, 0.95, "undecided")

    assert measured_entry(measured) == {
        "value": 0.8,
        "interval": [0.7, 0.9],
        "n": 695,
        "ceiling": 0.95,
        "verdict": "undecided",
    }


def test_entry_of_an_undefined_measurement():
    """What is undefined is null, as JSON has no NaN."""
    entry = measured_entry(Measurement(NAN, Interval(NAN, NAN), 695, None, "fails"))

    assert (entry["value"], entry["interval"], entry["ceiling"]) == (None, None, None)
    assert json.dumps(entry, allow_nan=False)


def test_nothing_measured_is_not_run():
    """Before anything is measured every claim and check is there, and none is green."""
    subject = Subject(find("emulated-xgb-v1.0"), claims_about("emulated 1.0", "xgb", "all-data"))

    report = subject.to_dict()

    assert {claim["verdict"] for claim in report["claims"]} == {"not run"}
    assert set(report["checks"].values()) == {"not run"}
    _, *rows = table_rows([subject])
    assert [row[-1] for row in rows] == ["not run"] * 3
