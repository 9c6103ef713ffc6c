"""The page of optimizers that stop trainings early: runs that are kept, and what it tells of them."""

from __future__ import annotations

import numpy as np
import pytest

from docs import multi_fidelity
from docs.multi_fidelity import WHEN, curve, page, run_errors
from nb301.optimizers.multi_fidelity import MULTI_FIDELITY


def test_all_of_them_have_a_title():
    """None is forgotten."""
    assert {*MULTI_FIDELITY} < {*multi_fidelity.TITLES}


def test_runs_are_kept(monkeypatch, tmp_path):
    """What was run is read; what is read is what was run, with nothing known at first."""
    monkeypatch.setattr(multi_fidelity, "FOLDER", tmp_path)
    monkeypatch.setattr(multi_fidelity, "SECONDS", 3e4)
    errors = run_errors("hyperband", 0)
    [path] = tmp_path.iterdir()
    assert np.array_equal(run_errors("hyperband", 0), errors, equal_nan=True)
    assert np.isnan(errors[WHEN < 4e3 / 98]).all()
    known = errors[~np.isnan(errors)]
    assert ((known > 5) & (known < 12)).all()
    path.write_text("[1.0, 2.0]", "utf-8")
    assert run_errors("hyperband", 0).tolist() == [1.0, 2.0]


def test_the_page_tells_means_and_their_errors():
    """At each moment; a dash where a run has no incumbent yet."""
    errors = np.tile(np.linspace(7.0, 6.0, 10)[:, None], (1, len(WHEN)))
    late = np.where(WHEN < 5e4, np.nan, errors)
    text = page({"rs": errors, "asha": late})
    assert "| optimizer | 3e4 s | 1e5 s | 3e5 s | 1e6 s |" in text
    assert "| Random search | 6.50 ± 0.11 | 6.50 ± 0.11 | 6.50 ± 0.11 | 6.50 ± 0.11 |" in text
    assert "| ASHA | - | 6.50 ± 0.11 | 6.50 ± 0.11 | 6.50 ± 0.11 |" in text
    drawn = curve("asha", late)
    assert drawn.seconds[0] >= 5e4
    assert drawn.median == pytest.approx(np.full(len(drawn.seconds), 6.5))
