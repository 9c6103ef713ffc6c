"""Tests of `validation.measures.registry`: every measure is there, whichever is imported first."""

from __future__ import annotations

import subprocess
import sys

import pytest

from validation.fits import PlannedFit, Without
from validation.measures import MEASURES, registry
from validation.searches import PlannedRuns, Where


@pytest.mark.parametrize("module", ["trajectories", "registry"])
def test_the_order_of_imports_does_not_matter(module):
    """The list is whole and in the same order."""
    code = f"import validation.measures.{module} as m, validation.measures as all; print(*all.MEASURES)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout.split() == [*MEASURES] == sorted(MEASURES)


def test_a_measure_knows_its_name():
    """Module and function."""
    for name, measure in MEASURES.items():
        assert measure.name == name
        module = measure.function.__module__
        assert name == f"{module.removeprefix('validation.measures.')}.{measure.function.__name__}"


def test_a_name_is_there_once(monkeypatch):
    """A second function of a name is refused; the first stays a function."""
    monkeypatch.setattr(registry, "REGISTERED", {})

    def twice(subject):
        return subject

    assert registry.register()(twice) is twice
    with pytest.raises(ValueError, match=r"measure test_registry\.twice is registered twice"):
        registry.register()(twice)


def test_fits_that_a_claim_names(subject):
    """Measures that ask the subject need none."""
    assert MEASURES["fit.unseen"].fits(subject, statistic="r2") == []
    gap = MEASURES["collapse.gap"].fits
    assert gap(subject, op="skip_connect", count=8) == []
    assert gap(subject, op="skip_connect", count=8, fitted_to="without_darts") == [
        PlannedFit(Without("darts"))
    ]


def test_measures_that_need_runs(subject):
    """The card draws them where one of these was measured; most measures need none."""
    (needed,) = MEASURES["replay.told_apart"].runs(subject, optimizer="re")
    assert needed == PlannedRuns("re", Where.left_out)
    assert MEASURES["fit.unseen"].runs(subject, statistic="r2") == []
