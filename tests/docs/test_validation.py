"""Tests of `docs/validation.py`: the published report for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docs import validation
from nb301.releases.report import read_report

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def publish(tmp_path, monkeypatch):
    """Publish reports into another folder."""
    monkeypatch.setattr(validation, "HERE", tmp_path)

    def run(*reports):
        paths = []
        for number, report in enumerate(reports):
            path = tmp_path / f"report-{number}.json"
            path.write_text(json.dumps(report), encoding="utf-8")
            paths.append(str(path))
        validation.main(paths)
        return tmp_path

    return run


@pytest.fixture
def report():
    return json.loads((DOCS / "validation.json").read_text(encoding="utf-8"))


def test_the_published_page_is_that_of_the_published_report(publish, report):
    """Both are written again to the byte, whether from one report or from one for each release."""
    parts = [report | {"releases": [release]} for release in reversed(report["releases"])]
    for reports in ([report], parts):
        folder = publish(*reports)
        for name in ("validation.json", "validation.md"):
            assert (folder / name).read_bytes() == (DOCS / name).read_bytes()


def test_the_last_report_counts(publish, report):
    """Of two reports about a release the second says what holds."""
    later = json.loads(json.dumps(report))
    later["releases"] = later["releases"][:1]
    later["releases"][0]["passes"] = False
    merged = read_report(publish(report, later) / "validation.json")
    assert [release.passes for release in merged.releases][:1] == [False]
    assert len(merged.releases) == len(report["releases"])


def test_a_report_that_could_ask_less_does_not_replace_one(publish, report):
    """Where the table was not here claims were not run: what was measured of the same bytes stays."""
    less = json.loads(json.dumps(report))
    for release in less["releases"]:
        release["claims"][0] |= {"verdict": "not run", "value": None, "note": "the table is not here"}
    folder = publish(report, less)
    assert (folder / "validation.json").read_bytes() == (DOCS / "validation.json").read_bytes()
    less["releases"][0]["release_hash"] = "0" * 64
    merged = read_report(publish(report, less) / "validation.json")
    assert [release.claims[0].verdict == "not run" for release in merged.releases][:2] == [True, False]


def test_reports_of_other_machines_are_not_mixed(publish, report):
    """What was measured with other libraries is refused, with both."""
    other = report | {"libraries": {"numpy": "0.1"}}
    with pytest.raises(SystemExit, match=r"reports differ in libraries: .*\{'numpy': '0\.1'\}"):
        publish(report, other)
