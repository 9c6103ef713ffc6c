"""SMAC3's random forest with expected improvement on the ConfigSpace, by ask and tell."""

import warnings
from pathlib import Path

from leaderboard.inside.configspace import ConfigSpaceOptimizer
from smac import HyperparameterOptimizationFacade, Scenario
from smac.runhistory import TrialValue

# SMAC takes the mean of no times for its log
warnings.simplefilter("ignore", RuntimeWarning)


class Optimizer(ConfigSpaceOptimizer):
    """SMAC's facade for hyperparameters, which races challengers against the best: an architecture may come again."""

    def start(self, seed, budget):
        # SMAC's seeds have 32 bits; nothing is saved, but SMAC looks whether an earlier run was
        scenario = Scenario(self.configspace, seed=seed % 2**32, output_directory=Path("/tmp/smac"))
        self.smac = HyperparameterOptimizationFacade(scenario, logging_level=False)

    def propose(self):
        trial = self.smac.ask()
        return trial, trial.config

    def report(self, trial, val_error, seconds):
        self.smac.tell(trial, TrialValue(cost=val_error, time=seconds), save=False)
