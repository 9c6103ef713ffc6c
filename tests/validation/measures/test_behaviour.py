"""Tests of `validation.measures.behaviour`."""

from __future__ import annotations

import pytest

from tests.validation.surrogates import Constant
from validation.answers import SubjectError
from validation.measures import NotApplicable, behaviour
from validation.subject import foreign_subject


def test_draws_of_the_best_surrogate(oracle):
    """Standardised draws are those of a standard normal distribution; order does not matter."""
    assert behaviour.mean_of_draws(oracle).value < 4
    assert behaviour.std_of_draws(oracle).value < 4
    assert behaviour.order_of_draws(oracle).value == 0
    assert behaviour.isomorphism(oracle).value == 0
    assert behaviour.global_state(oracle).value == 0


def test_a_release_answers_alike_everywhere(subject):
    """Alone, in a list and in another process; a foreign surrogate cannot be loaded elsewhere."""
    assert behaviour.batches(subject).value == 0
    assert behaviour.processes(subject).value == 0


def test_only_releases_are_loaded_elsewhere(oracle):
    """A foreign surrogate lives in this process alone."""
    with pytest.raises(NotApplicable, match="only a release can be loaded elsewhere"):
        behaviour.processes(oracle)


def test_a_release_that_is_gone(subject, tmp_path):
    """What the other process cannot read is told by its last line."""
    subject.release.folder = tmp_path / "gone"
    with pytest.raises(SubjectError, match="cannot be asked in another process"):
        behaviour.processes(subject)


def test_the_batch_is_seen(tiny_table, tmp_path):
    """A surrogate that normalises over what it is asked together differs by what it subtracts."""

    class Normalised(Constant):
        def predict(self, genotypes):
            mean, std = super().predict(genotypes)
            return mean + len(genotypes) / 1000, std

    normalised = foreign_subject("mine:Model", Normalised(), tiny_table, tmp_path)
    assert behaviour.batches(normalised).value == pytest.approx(0.199)
