"""Tests of `validation.saboteurs.saboteur`."""

from __future__ import annotations

from validation.saboteurs.fit import Mean
from validation.saboteurs.saboteur import Saboteur, Spoiled


def test_a_saboteur_tells_its_fault():
    """As its class does, in one line; it spoils the oracle unless it says otherwise."""
    saboteur = Saboteur(Mean, ("table3_r2",))
    assert saboteur.fault == "Predicts the mean of the table, whatever it is asked for."
    assert saboteur.spoils is Spoiled.oracle
