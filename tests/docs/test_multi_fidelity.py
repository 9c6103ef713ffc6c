"""The page of optimizers that stop trainings early: runs that are kept, and what it tells of them."""

from __future__ import annotations

import numpy as np
import pytest

from docs import multi_fidelity
from docs.drawing import svg
from docs.multi_fidelity import DRAWN, RELEASE, TRUTH, WHEN, errors_of, figure, table
from nb301.optimizers.multi_fidelity import MULTI_FIDELITY


def test_all_of_them_have_a_title():
    """None is forgotten."""
    assert {*MULTI_FIDELITY} < {*multi_fidelity.TITLES}
    assert {*DRAWN} < {*multi_fidelity.TITLES}


@pytest.mark.parametrize("where", [TRUTH, RELEASE])
def test_runs_are_kept(where, monkeypatch, tmp_path):
    """What was run is read; nothing is known before the first training has ended, or after the last."""
    monkeypatch.setattr(multi_fidelity, "FOLDER", tmp_path)
    monkeypatch.setattr(multi_fidelity, "SECONDS", 3e4)
    monkeypatch.setattr(multi_fidelity, "RUNS", 2)
    errors = errors_of("hyperband", where)
    assert len([*tmp_path.iterdir()]) == 1
    monkeypatch.setattr(multi_fidelity.Chunk, "make", None)
    assert np.array_equal(errors_of("hyperband", where), errors, equal_nan=True)
    assert np.isnan(errors[:, WHEN > 3.1e4]).all()
    known = errors[:, WHEN < 3e4]
    assert ((known > 5) & (known < 12)).all()


def test_the_page_tells_means_and_their_errors():
    """At each moment; a dash where a run has no incumbent yet."""
    errors = np.tile(np.linspace(7.0, 6.0, 10)[:, None], (1, len(WHEN)))
    late = np.where(WHEN < 5e4, np.nan, errors)
    text = table({"rs": errors, "asha": late}, TRUTH)
    assert "| on the ground truth | 3e4 s | 1e5 s | 1e6 s | 1e7 s |" in text
    assert "| Random search | 6.50 ± 0.11 | 6.50 ± 0.11 | 6.50 ± 0.11 | 6.50 ± 0.11 |" in text
    assert "| ASHA | - | 6.50 ± 0.11 | 6.50 ± 0.11 | 6.50 ± 0.11 |" in text


def test_the_figure_shows_truth_and_release():
    """Side by side, with every drawn optimizer."""
    errors = dict.fromkeys(DRAWN, np.full((3, len(WHEN)), 6.0))
    drawn = svg(figure({TRUTH: errors, RELEASE: errors}))
    for text in (f"on {TRUTH}", f"on {RELEASE}", *(multi_fidelity.TITLES[name] for name in DRAWN)):
        assert text in drawn
