"""Tests of `validation.measures.leakage`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from validation.fits import NamedRows, PlannedFit
from validation.measures import MEASURES, NotApplicable, leakage
from validation.saboteurs.subtle import RemembersMost, RemembersSome


def test_the_truth_has_seen_nothing(real):
    """Its residuals are normal, of which 1.08 as many as of a flat density are next to zero."""
    measured = leakage.exact(real)
    assert measured.interval.low <= 1.08 <= measured.interval.high


def test_memories_are_next_to_zero(real):
    """One row in ten, or every other."""
    some = leakage.exact(replace(real, predictor=RemembersSome(real.predictor, real)))
    assert some.interval.low > 1.5
    half = leakage.exact(replace(real, predictor=RemembersMost(real.predictor, real)))
    assert half.value > some.value


def test_who_remembers_everything_has_no_density(real):
    """Where half of the residuals are zero the ratio is undefined, which no claim allows."""
    rows = real.table.rows
    seen = dict(zip(rows["genotype"], rows["val_accuracy"], strict=True))

    class Table:
        def predict(self, genotypes):
            return np.array([seen[str(genotype)] for genotype in genotypes]), np.zeros(len(genotypes))

    assert np.isnan(leakage.exact(replace(real, predictor=Table())).value)


def test_a_refit_gains_nothing_over_itself(subject):
    """A subject that is the refit; and who remembers half of the test rows is found out."""
    refit = subject.refit(NamedRows.stratified)

    class Alone:
        def predict(self, genotypes):
            mean, _ = refit.predict(genotypes)
            return mean, np.zeros(len(genotypes))

    same = replace(subject, predictor=Alone())
    assert leakage.gain_over_refit(same).value == 0
    leaking = replace(subject, predictor=RemembersMost(Alone(), subject))
    assert leakage.gain_over_refit(leaking).value > 0.015


def test_a_member_is_as_good_as_a_refit(subject):
    """An ensemble's error and the variance of its members are a member's error, near that of the refit."""
    assert abs(leakage.gain_over_refit(subject).value) < 0.2  # of 30 test rows


def test_nobody_can_refit_what_is_unknown(real):
    """A foreign surrogate does not say how it is fitted."""
    with pytest.raises(NotApplicable, match="does not say how it is fitted"):
        leakage.gain_over_refit(replace(real, family=None))
    fits = MEASURES["leakage.gain_over_refit"].fits(real)
    assert list(fits) == [PlannedFit(NamedRows.stratified)]
