"""Optuna's Gaussian process on the space as 22 categorical choices."""

import itertools

import optuna

optuna.logging.set_verbosity(optuna.logging.WARNING)


class Optimizer:
    """Asks Optuna for a pair of inputs for each node 3-5, and for the ops of each node's two edges.

    Its kernel knows of a choice whether two architectures agree in it, and has a length scale for each choice.

    Args:
        space: Gives the names of the cells and ops.
        seed: Of the sampler.
        budget: Not used.
        newest: Results that the process is fitted to.
    """

    def __init__(self, space, seed, budget, *, newest):
        self.cells = space.cells
        self.choices = {
            f"{cell}_{name}": optuna.distributions.CategoricalDistribution(options)
            for cell in space.cells
            for name, options in choices_of_a_cell(space.ops).items()
        }
        self.study = optuna.create_study(sampler=Newest(newest, seed=seed))
        self.open = {}

    def ask(self):
        trial = self.study.ask(self.choices)
        genotype = {cell: list(edges(trial.params, cell)) for cell in self.cells}
        self.open[id(genotype)] = trial
        return genotype

    def tell(self, genotype, result):
        # told of the very object that was proposed
        self.study.tell(self.open.pop(id(genotype)), result.val_error)


class Newest(optuna.samplers.GPSampler):
    """Fits the process to the newest results alone: with 2,000 a proposal takes a minute, and 4 GiB.

    Args:
        newest: How many.
        seed: Of the sampler.
    """

    def __init__(self, newest, seed):
        super().__init__(seed=seed)
        self.newest = newest

    def _sample_relative_impl(self, study, completed_trials, running_trials, search_space):
        newest = completed_trials[-self.newest :]
        return super()._sample_relative_impl(study, newest, running_trials, search_space)


def choices_of_a_cell(ops):
    inputs = {f"inputs_{node}": pairs(node) for node in (3, 4, 5)}
    return inputs | {f"op_{node}_{edge}": ops for node in (2, 3, 4, 5) for edge in (0, 1)}


def pairs(node):
    return [f"{a}_{b}" for a, b in itertools.combinations(range(node), 2)]


def edges(params, cell):
    for node in (2, 3, 4, 5):
        sources = params.get(f"{cell}_inputs_{node}", "0_1").split("_")
        for edge, source in enumerate(sources):
            yield [params[f"{cell}_op_{node}_{edge}"], int(source)]
