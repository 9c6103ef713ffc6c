"""Tests of `validation.measures.behaviour`."""

from __future__ import annotations

import random
from dataclasses import replace
from operator import attrgetter

import numpy as np
import pytest

from tests.validation.surrogates import Constant
from validation.answers import SubjectError
from validation.measures import NotApplicable, behaviour
from validation.predictors import draw
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


def test_curves_are_held_to_draws(subject, oracle):
    """A release's are; whose best epoch is another accuracy, or hangs on the list, is found."""
    assert behaviour.curves(subject).value == 0

    class Curved(Constant):
        def __init__(self, off):
            self.off = off

        def curves(self, genotypes, seeds):
            whole = draw(self, genotypes, seeds)
            return whole[:, None] - self.off(len(genotypes)) - np.array([0.1, 0.0])

    for off, expected in ((lambda _: 0.0, 0), (lambda _: 0.002, 0.002), (lambda n: 0.001 * (n == 1), 0.001)):
        measured = behaviour.curves(replace(oracle, predictor=Curved(off)))
        assert measured.value == pytest.approx(expected, abs=1e-12)
    with pytest.raises(NotApplicable, match="does not tell learning curves"):
        behaviour.curves(oracle)


def states():
    """Of the generators that a process has for all."""
    return random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002 - it is what is looked at


def changing(tiny_table, tmp_path, change):
    """A constant whose answers are changed by a function of the architectures and of how many were asked."""

    class Changing(Constant):
        asked = 0

        def predict(self, genotypes):
            mean, std = super().predict(genotypes)
            self.asked += len(genotypes)
            return change(mean, genotypes, self.asked), std

    return foreign_subject("mine:Model", Changing(), tiny_table, tmp_path)


def test_long_lists_are_answered_alike(subject):
    """Once more, in another order, alone."""
    measured = behaviour.long_lists(subject)
    assert (measured.value, measured.n) == (0, 3000)


@pytest.mark.parametrize(
    "change",
    [
        lambda mean, _, asked: mean + (0.001 if asked > 3000 else 0),
        lambda mean, *_: np.where(np.arange(len(mean)) >= 2048, mean + 0.001, mean),
        lambda mean, *_: mean + (0.001 if len(mean) > 100 else 0),
    ],
    ids=["drift", "last chunk", "long lists"],
)
def test_faults_of_long_lists(tiny_table, tmp_path, change):
    """What depends on how many were asked before, or on the place in the list, differs."""
    faulty = changing(tiny_table, tmp_path, change)
    assert behaviour.long_lists(faulty).value == pytest.approx(0.001, abs=1e-9)


@pytest.mark.parametrize("name", ["random", "numpy", "torch"])
def test_generators_of_the_process(tiny_table, tmp_path, name):
    """Who seeds one on long lists, with the same seed again and again, is seen; then it is as it was."""
    module = pytest.importorskip(name)
    seed = {"random": "seed", "numpy": "random.seed", "torch": "manual_seed"}[name]

    def reseed(mean, genotypes, _):
        if len(genotypes) >= 1000:
            attrgetter(seed)(module)(1)
        return mean

    faulty = changing(tiny_table, tmp_path, reseed)
    before = states()
    for _ in range(2):
        measured = behaviour.global_state(faulty)
        assert (measured.value, dict(measured.also)) == (1, {name: 1.0})
    assert states() == before


def test_isomorphs_among_many(tiny_table, tmp_path):
    """One in 500 that is written otherwise and predicted otherwise is found among 5,000."""

    def seldom(mean, genotypes, _):
        texts = [sum(str(genotype).encode()) for genotype in genotypes]
        return mean + 0.001 * (np.array(texts) % 500 == 0)

    faulty = changing(tiny_table, tmp_path, seldom)
    assert behaviour.isomorphism(faulty, 5000).value == pytest.approx(0.001)
