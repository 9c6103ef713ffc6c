"""An Optuna study of whole trainings."""

import pytest

pytest.importorskip("optuna")
from docs.examples.optuna_study import BENCHMARK, main


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_each_trial_is_a_training(capsys):
    """The study minimises what the release answers to each trial's number; the rest is said of its best."""
    study = main(20)
    for trial in study.trials:
        answer = BENCHMARK.query(trial.user_attrs["genotype"], seed=trial.number)
        assert trial.value == 1 - answer.val_accuracy
        assert trial.user_attrs["seconds"] == answer.runtime
    assert study.best_trial.user_attrs["genotype"] in capsys.readouterr().out
    assert len(study.trials[0].params) == 22
