"""Optuna's pruners against learning curves."""

import pytest

from nb301.formats import read
from nb301.truth.emulated import EmulatedTruth

optuna = pytest.importorskip("optuna")


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_prunes_and_finds(capsys):
    """Some trainings end early, so that all cost less than whole ones; what is best is a whole one."""
    from docs.examples.optuna_pruning import main

    study = main(30)
    said = capsys.readouterr().out
    states = [trial.state for trial in study.trials]
    assert 0 < states.count(optuna.trial.TrialState.PRUNED) < 30
    seconds = sum(trial.user_attrs["seconds"] for trial in study.trials)
    assert seconds < 0.8 * 30 * 4652
    assert f"{seconds:,.0f} simulated seconds" in said
    best = study.best_trial
    assert study.best_value == EmulatedTruth().curve(read(best.user_attrs["genotype"]), best.number).best
