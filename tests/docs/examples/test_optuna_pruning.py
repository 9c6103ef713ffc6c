"""Optuna's pruners against learning curves."""

import pytest

optuna = pytest.importorskip("optuna")
from docs.examples.optuna_pruning import main
from nb301.truth.emulated import EmulatedTruth


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_prunes_and_finds(capsys):
    """Some trainings end early, so that all cost less than whole ones; what is best is a whole one."""
    study = main(30)
    said = capsys.readouterr().out
    states = [trial.state for trial in study.trials]
    assert 0 < states.count(optuna.trial.TrialState.PRUNED) < 30
    seconds = sum(trial.user_attrs["seconds"] for trial in study.trials)
    assert seconds < 0.8 * 30 * 4652
    assert f"{seconds:,.0f} simulated seconds" in said
    best = study.best_trial
    assert study.best_value == EmulatedTruth().curve(_genotype(best), best.number).best


def _genotype(trial):
    from nb301.formats import read

    return read(trial.user_attrs["genotype"])
