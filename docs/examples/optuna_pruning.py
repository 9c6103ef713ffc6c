"""Optuna prunes trainings: every epoch is reported, and Hyperband's pruner ends those that promise little.

    python -m docs.examples.optuna_pruning

says how many it ended, and what they cost.
"""

from __future__ import annotations

import optuna

from nb301.optimizers.tpe import quiet, suggest
from nb301.truth.emulated import EmulatedTruth

TRUTH = EmulatedTruth()


def objective(trial: optuna.Trial) -> float:
    """Train what the trial suggests, with its number as the seed; the seconds are kept with it."""
    genotype = suggest(trial)
    trial.set_user_attr("genotype", str(genotype))
    curve = TRUTH.curve(genotype, seed=trial.number)
    for epoch, accuracy in enumerate(curve.val_accuracy.tolist(), start=1):
        trial.report(accuracy, epoch)
        trial.set_user_attr("seconds", curve.runtime[epoch - 1])
        if trial.should_prune():
            raise optuna.TrialPruned
    return curve.best


def main(trials: int = 40) -> optuna.Study:
    """Run a study, and print what it found and what it cost."""
    with quiet(optuna):
        pruner = optuna.pruners.HyperbandPruner(min_resource=1, max_resource=TRUTH.epochs, reduction_factor=3)
        sampler = optuna.samplers.TPESampler(seed=0)
        study = optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)
        study.optimize(objective, n_trials=trials)
    pruned = study.get_trials(states=(optuna.trial.TrialState.PRUNED,))
    seconds = sum(trial.user_attrs["seconds"] for trial in study.trials)
    print(f"{len(pruned)} of {trials} trainings pruned, {seconds:,.0f} simulated seconds in all")
    print(f"best {study.best_value:.4f}: {study.best_trial.user_attrs['genotype']}")
    return study


if __name__ == "__main__":
    main()
