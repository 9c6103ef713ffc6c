"""Tests of `validation.margins`."""

from __future__ import annotations

import pytest

from tests.validation.surrogates import TRUTH
from validation import margins as module
from validation.margins import margins
from validation.searches import Where, runs_on, truth_runs


def test_a_third_of_the_gap_to_the_best(oracle, monkeypatch):
    """Of what has been found on the truth by then; after the first trainings the next gap counts."""
    found = {1e6: {"rs": 0.930, "re": 0.936, "ls": 0.92}, 1e7: {"rs": 0.931, "re": 0.934, "ls": 0.940}}
    monkeypatch.setattr(module, "_found", lambda _truth, _cache, seconds: found[seconds])
    assert margins(TRUTH, oracle.cache) == pytest.approx({1e5: 0.002, 1e6: 0.002, 1e7: 0.003})


@pytest.mark.usefixtures("short_plan")
def test_what_was_found_is_what_claims_compare_with(oracle, tmp_path):
    """Each optimizer's runs on the truth, as far as they go on, by the truth's mean."""
    found = module._found(TRUTH, tmp_path, 4e4)
    assert {*found} == {"rs", "re", "ls"}
    assert all(0.85 < value < 0.96 for value in found.values())
    assert truth_runs(TRUTH, tmp_path, "rs") == runs_on(oracle, "rs", Where.truth, 4e4)
    assert module._found(TRUTH, tmp_path, 1e7) == {}


def test_the_margins_are_printed(monkeypatch, capsys):
    """In points, by time."""
    monkeypatch.setattr(module, "margins", lambda *_: {1e5: 0.00066})
    monkeypatch.setattr("sys.argv", ["margins"])
    module.main()
    assert capsys.readouterr().out == "100000 s: 0.066\n"
