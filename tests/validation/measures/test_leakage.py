"""Tests of `validation.measures.leakage`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.space import Op
from tests.validation.surrogates import TRUTH
from validation.fits import NamedRows, PlannedFit
from validation.measures import MEASURES, NotApplicable, leakage
from validation.measures.base import trained_repeatedly
from validation.saboteurs.memory import RemembersHalf, RemembersTenth


def test_the_truth_has_seen_nothing(real):
    """Its residuals are normal, of which 1.08 as many as of a flat density are next to zero."""
    measured = leakage.exact(real)
    assert measured.interval.low <= 1.08 <= measured.interval.high


def test_memories_are_next_to_zero(real):
    """One row in ten, or every other."""
    some = leakage.exact(replace(real, predictor=RemembersTenth(real.predictor, real)))
    assert some.interval.low > 1.5
    half = leakage.exact(replace(real, predictor=RemembersHalf(real.predictor, real)))
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
    leaking = replace(subject, predictor=RemembersHalf(Alone(), subject))
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


class Remembers:
    """The truth, but for what it has seen of some architectures, and errors of its own that mutants share."""

    def __init__(self, known, share):
        self.known, self.share = known, share

    def predict(self, genotypes):
        """Mean and std."""
        mean = TRUTH.mean(genotypes)
        seen = np.array([self.known.get(genotype.key, np.nan) for genotype in genotypes])
        leaked = np.where(np.isnan(seen), mean, (1 - self.share) * mean + self.share * seen)
        skips = np.array([genotype.normal.count(Op.skip_connect) for genotype in genotypes])
        return leaked + 0.001 * skips, np.full(len(genotypes), 0.001)


@pytest.mark.parametrize(("every", "share"), [(1, 0.2), (20, 1.0), (5, 1.0)])
def test_a_leak_has_its_size(oracle, every, share):
    """Of each row's noise a part, or of a part of the rows all of it."""
    rows = oracle.split.test[::every]
    keys = [genotype.key for genotype in oracle.genotypes(rows)]
    known = dict(zip(keys, oracle.table.rows["val_accuracy"].to_numpy()[rows], strict=True))
    low, high = leakage.of_noise(replace(oracle, predictor=Remembers(known, share))).interval
    # of two rows of one architecture the noise of the last is remembered
    assert low < share * len(known) / len(oracle.split.test) < high
    assert low > 0.03


def test_who_has_seen_nothing_does_not_leak(oracle):
    """Errors of its own are no noise, and those that mutants share cost little."""
    subject = replace(oracle, predictor=Remembers({}, 0))
    assert leakage.of_noise(subject).interval.high < 0.03
    assert leakage.of_noise(oracle).value == leakage.of_seeds(oracle).value == 0


def test_a_leak_of_further_seeds(oracle):
    """Who was fitted to means of five seeds has four fifths of the noise of the last four."""
    genotypes, runs = trained_repeatedly(oracle)
    known = dict(zip((genotype.key for genotype in genotypes), runs.mean(axis=1), strict=True))
    measured = leakage.of_seeds(replace(oracle, predictor=Remembers(known, 1.0)))
    assert measured.value == pytest.approx(0.8, abs=0.1)
    assert measured.interval.low > 0.4
    assert leakage.of_seeds(replace(oracle, predictor=Remembers({}, 0))).interval.high < 0.4


def test_leaks_are_told_by_the_truth(real):
    """Which nobody can ask about real trainings."""
    with pytest.raises(NotApplicable, match="cannot be asked"):
        leakage.of_noise(real)
