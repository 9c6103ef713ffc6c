"""Syne Tune's ASHA on its simulator: eight workers, learning curves of a release, and no second of waiting.

    tox run -e syne-tune
    python -m docs.examples.syne_tune_simulation

prints what three simulated hours found; Syne Tune writes its results to `SYNETUNE_FOLDER`, by default
`~/syne-tune`. Run with Syne Tune 0.16.0, whose simulator needs `huggingface_hub`, too. It brings XGBoost with
CUDA, and the extra `fit` the build for processors, of the same name: they need an environment each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from syne_tune import StoppingCriterion, Tuner
from syne_tune.backend.simulator_backend.simulator_callback import SimulatorCallback
from syne_tune.blackbox_repository import UserBlackboxBackend
from syne_tune.blackbox_repository.blackbox import Blackbox
from syne_tune.config_space import choice, randint
from syne_tune.optimizer.baselines import ASHA

import nb301
from nb301.optimizers.choices import SIZES, from_choices

NAMES = [f"choice_{number}" for number in range(len(SIZES))]


class Cells(Blackbox):  # type: ignore[misc]  # Syne Tune has no types
    """The space as 22 categorical choices, and a release with learning curves that answers for it.

    Args:
        benchmark: What is asked.
    """

    def __init__(self, benchmark: nb301.Benchmark) -> None:
        self._benchmark = benchmark
        self._epochs = len(benchmark.curve("DARTS_V2").val_accuracy)
        super().__init__(
            configuration_space={
                name: choice(list(range(size))) for name, size in zip(NAMES, SIZES, strict=True)
            },
            fidelity_space={"epoch": randint(1, self._epochs)},
            objectives_names=["val_error", "elapsed_time"],
        )

    @property
    def fidelity_values(self) -> np.ndarray:
        """Epochs after which a training is told, shape (epochs,)."""
        return np.arange(1, self._epochs + 1)

    def genotype(self, config: dict[str, Any]) -> nb301.Genotype:
        """The architecture of a configuration."""
        return from_choices(np.array([[config[name] for name in NAMES]]))[0]

    def _objective_function(
        self, configuration: dict[str, Any], fidelity: dict[str, int] | None = None, seed: int | None = None
    ) -> dict[str, float] | np.ndarray:
        """Error, a fraction, and seconds after one epoch; without `fidelity` after each, (epochs, 2)."""
        curve = self._benchmark.curve(self.genotype(configuration), seed=seed)
        told = np.column_stack([1 - curve.val_accuracy, curve.runtime])
        return (
            told
            if fidelity is None
            else dict(zip(self.objectives_names, told[fidelity["epoch"] - 1].tolist(), strict=True))
        )


def main(seconds: float = 10_800, workers: int = 8) -> pd.DataFrame:
    """Run ASHA, print what it found, and return what trainings reported, a row for each epoch of each."""
    cells = Cells(nb301.load("emulated-gin-v2.0"))
    last = int(cells.fidelity_values[-1])
    asha = ASHA(cells.configuration_space, "val_error", "epoch", max_t=last, grace_period=4, random_seed=0)
    callback = SimulatorCallback()
    Tuner(
        trial_backend=UserBlackboxBackend(cells, elapsed_time_attr="elapsed_time", seed=1),
        scheduler=asha,
        stop_criterion=StoppingCriterion(max_wallclock_time=seconds),
        n_workers=workers,
        sleep_time=0,
        callbacks=[callback],
        save_tuner=False,
    ).run()
    reported: pd.DataFrame = callback.dataframe()
    best = reported.sort_values("val_error").iloc[0]
    print(f"{reported['trial_id'].nunique()} trainings, {(reported['epoch'] == last).sum()} to the end")
    print(f"error {best['val_error']:.4f} of the emulation after {best['epoch']} epochs")
    return reported


if __name__ == "__main__":
    main()
