"""Tests of `docs/emulation_measures.py`, and what the emulated truth has to reach by them (issue 20)."""

from __future__ import annotations

import numpy as np
import pytest

from docs.emulation_measures import climb, measures, read_files, residuals
from nb301.space import CELL_NAMES, Op
from nb301.truth.emulated import CEILING, EmulatedTruth

TRUTH = EmulatedTruth()


@pytest.fixture(scope="module")
def reached(shared_data):
    """What the truth reaches on the published rows that its fit left out."""
    return measures(TRUTH, read_files(shared_data))


@pytest.fixture(scope="module")
def made_up_measures(made_up):
    """The same of rows that are the truth's own."""
    return measures(TRUTH, read_files(made_up))


def test_real_trainings_are_explained(reached):
    """R2 at least 0.83 and Spearman 0.91, after the constant between last and best epoch."""
    assert reached["trainings, R2"] >= 0.83
    assert reached["trainings, Spearman"] >= 0.91


def test_the_papers_models_are_agreed_with(reached):
    """Spearman at least 0.955 with XGB v1.0; runtimes' R2 at least 0.98, their mean within 2 %."""
    assert reached["XGB v1.0, Spearman"] >= 0.955
    assert reached["runtime, R2"] >= 0.98
    assert reached["runtime, mean"] == pytest.approx(reached["runtime, mean published"], rel=0.02)


def test_landmarks_are_where_they_were_published():
    """DARTS' cell and skip connections alone, within 0.3 points; no data are needed."""
    from docs.real_measures import landmarks

    darts, skips = (100 * TRUTH.mean([genotype])[0] for genotype in landmarks().values())
    assert darts == pytest.approx(94.17, abs=0.3)
    assert skips == pytest.approx(88.17, abs=0.3)


@pytest.mark.parametrize("cell", CELL_NAMES)
@pytest.mark.parametrize("op", Op, ids=lambda op: op.name)
def test_curves_over_counts_have_the_published_shape(reached, cell, op):
    """Over 0..8 of an op in a cell within 0.4 points, both curves moved to the same mean."""
    assert reached[f"curve, {cell} {op.name}, of shape"] <= 0.4


def test_the_truth_agrees_with_itself(made_up_measures):
    """No difference anywhere, and perfect order."""
    for name, value in made_up_measures.items():
        if "tau" in name:
            assert value > 0.95, name  # of predictions to a tenth of a percent
        elif "R2" in name or "Spearman" in name:
            assert value == pytest.approx(1), name
        elif "curve" in name or "difference" in name or "YAHPO" in name:
            assert value == pytest.approx(0, abs=1e-9), name


def test_files_have_what_the_fit_left_out(made_up):
    """A fifth of the trainings and of v0.9's predictions, and all of v1.0's."""
    held = read_files(made_up).held
    assert {name: len(h.genotypes) for name, h in held.items()} == {
        "trainings": 80,
        "XGB v0.9": 80,
        "XGB v1.0": 400,
    }
    assert (held["trainings"].rows.rows["id"] % 5 == 0).all()


def test_a_constant_error_is_moved_away_and_others_are_not(made_up):
    """An offset costs nothing, a shrunken spread costs R2, noise costs Spearman."""
    files = read_files(made_up)

    class Shrunken:
        median_runtime = staticmethod(TRUTH.median_runtime)

        def mean(self, genotypes):
            return 0.5 + 0.4 * TRUTH.mean(genotypes)

    found = measures(Shrunken(), files)
    assert found["trainings, Spearman"] == pytest.approx(1)
    assert found["trainings, R2"] == pytest.approx(1 - 0.6**2)
    assert found["curve, normal skip_connect, of shape"] > 1


def test_climbing_never_goes_down_nor_above_the_ceiling():
    """More mutations end higher or as high, below the ceiling; equal seeds are equal."""
    short, long = climb(TRUTH, 20, 5, seed=1), climb(TRUTH, 20, 60, seed=1)
    assert (long.accuracy >= short.accuracy).all()
    assert long.accuracy.mean() > short.accuracy.mean()
    assert 100 * long.accuracy.max() < CEILING
    assert TRUTH.mean(long.genotypes).tolist() == long.accuracy.tolist()
    assert TRUTH.mean([long.best])[0] == long.accuracy.max()
    assert climb(TRUTH, 20, 5, seed=1).genotypes == short.genotypes


def test_residuals_are_told_by_halves(made_up):
    """The half of which more is expected has its own noise."""
    held = read_files(made_up).trained
    expected = held.accuracy - np.where(held.accuracy >= np.median(held.accuracy), 0.01, 0.03)
    noise = np.where(expected >= np.median(expected), 0.001, 0.002)
    found = residuals(held, expected, noise)
    assert found["the upper half"].noise_std == pytest.approx(0.1)
    assert found["the lower half"].noise_std == pytest.approx(0.2)
    assert found["the upper half"].std == pytest.approx(0, abs=1e-9)
    assert found["all"].std == pytest.approx(1)
