"""Tests of `validation.saboteurs.catalogue`: what `tox run -e validate` asks of all of them, of a few."""

from __future__ import annotations

import numpy as np
import pytest

from validation import test_saboteurs
from validation.fits import NamedRows
from validation.saboteurs.catalogue import SABOTEURS, sabotaged, verdict
from validation.saboteurs.of_emulated import OF_EMULATED
from validation.saboteurs.of_trainings import OF_TRAININGS


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("confuses_separable", "ops_told_apart"),
        ("remembers_twentieth", "no_leak_of_noise"),
        ("halves_noise", "noise_std_size"),
        ("drifts", "long_lists"),
        ("tens_of_seconds", "runtime_r2"),
        ("mean_of_trainings", "beats_linear_r2"),
        ("swaps_cells_of_trainings", "no_relabelling_cells"),
        ("doubles_noise_of_trainings", "covers_no_more_0.8"),
        ("optimist_of_trainings", "top_not_overrated_0.05"),
    ],
)
def test_saboteurs_are_caught(name, claim, cache):
    """One of each kind."""
    assert verdict(sabotaged(name, cache), claim) == "fails"


def test_random_faults_are_others_with_each_seed(cache):
    """Two of one seed are the same."""
    test = sabotaged("remembers_twentieth", cache).split.test
    predicted = []
    for seed in (0, 0, 1):
        subject = sabotaged("remembers_twentieth", cache, seed)
        predicted.append(subject.predictor.predict(subject.genotypes(test))[0])
    np.testing.assert_array_equal(predicted[0], predicted[1])
    assert (predicted[0] != predicted[2]).any()


def test_models_fitted_for_claims_are_spoiled_too(cache):
    """As the subject itself is."""
    subject = sabotaged("mean", cache)
    genotypes = subject.genotypes(subject.split.test[:5])
    assert len(set(subject.refit(NamedRows.stratified).predict(genotypes)[0])) == 1


def test_the_catalogue_is_whole():
    """Every saboteur is caught by a gate, every gate catches one, and no name is there twice."""
    test_saboteurs.test_every_saboteur_is_caught_by_a_gate()
    test_saboteurs.test_every_gate_catches_one()
    assert len(SABOTEURS) == len(OF_EMULATED) + len(OF_TRAININGS)
    assert all(saboteur.fault.endswith(".") for saboteur in SABOTEURS.values())
