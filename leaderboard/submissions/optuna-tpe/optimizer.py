"""Optuna's multivariate TPE on the space as 22 categorical choices: an example of how to adapt a library."""

import warnings

import optuna

optuna.logging.set_verbosity(optuna.logging.WARNING)
warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)


class Optimizer:
    """Asks Optuna for a pair of inputs for each node 3-5, and for the ops of each node's two edges.

    Every choice is part of every genotype, so that all of them are estimated together.

    Args:
        space: Gives its choices.
        seed: Of the sampler.
        budget: Not used.
    """

    def __init__(self, space, seed, budget):
        self.space = space
        self.choices = {}
        for choice, options in space.choices.items():
            self.choices[choice] = optuna.distributions.CategoricalDistribution(options)
        sampler = optuna.samplers.TPESampler(multivariate=True, seed=seed)
        self.study = optuna.create_study(sampler=sampler)
        self.open = {}

    def ask(self):
        trial = self.study.ask(self.choices)
        genotype = self.space.from_choices(trial.params)
        self.open[id(genotype)] = trial
        return genotype

    def tell(self, genotype, result):
        # told of the very object that was proposed
        self.study.tell(self.open.pop(id(genotype)), result.val_error)
