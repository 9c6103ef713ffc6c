"""Optuna's TPE on the space as a tree of categorical choices: an example of how to adapt a library."""

import itertools

import optuna

optuna.logging.set_verbosity(optuna.logging.WARNING)


class Optimizer:
    """Asks Optuna for a pair of inputs for each node 3-5, and for the ops of the edges that there are.

    Args:
        space: Gives the names of the ops.
        seed: Of the sampler.
        budget: Not used.
    """

    def __init__(self, space, seed, budget):
        self.space = space
        self.study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        self.open = {}

    def ask(self):
        trial = self.study.ask()
        genotype = {cell: list(self.edges(trial, cell)) for cell in self.space.cells}
        self.open[id(genotype)] = trial
        return genotype

    def tell(self, genotype, result):
        # told of the very object that was proposed
        self.study.tell(self.open.pop(id(genotype)), result.val_error)

    def edges(self, trial, cell):
        for node in (2, 3, 4, 5):
            pairs = [f"{a}_{b}" for a, b in itertools.combinations(range(node), 2)]
            pair = trial.suggest_categorical(f"{cell}_inputs_{node}", pairs) if node > 2 else pairs[0]
            for source in map(int, pair.split("_")):
                yield [trial.suggest_categorical(f"{cell}_{source}_{node}", self.space.ops), source]
