"""An Optuna study of whole trainings: every parameter is categorical, and only active edges get one.

    python -m docs.examples.optuna_study

prints what 100 trainings found and what they cost. Run with Optuna 5.0.
"""

from __future__ import annotations

import optuna

import nb301
from nb301.optimizers.tpe import quiet, suggest

BENCHMARK = nb301.load("cifar10-gin-rand-v1.0")


def objective(trial: optuna.Trial) -> float:
    """Train what the trial suggests, with its number as the seed.

    Returns:
        Validation error of that one training, a fraction, with its noise.
    """
    genotype = suggest(trial)
    answer = BENCHMARK.query(genotype, seed=trial.number)
    trial.set_user_attr("genotype", str(genotype))
    trial.set_user_attr("seconds", answer.runtime)
    return 1 - answer.val_accuracy


def main(trials: int = 100) -> optuna.Study:
    """Run a study, and print what it found: as its best training had it, and without that one's luck."""
    with quiet(optuna):
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
        study.optimize(objective, n_trials=trials)
    best = study.best_trial.user_attrs["genotype"]
    seconds = sum(trial.user_attrs["seconds"] for trial in study.trials)
    print(f"{trials} trainings, {seconds:,.0f} simulated seconds: {best}")
    print(f"error {study.best_value:.4f} in the best training, {1 - BENCHMARK.query(best).mean:.4f} expected")
    return study


if __name__ == "__main__":
    main()
