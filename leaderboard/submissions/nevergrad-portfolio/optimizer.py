"""Nevergrad's portfolio of discrete (1+1) mutations on the space as 22 unordered choices."""

import itertools

import nevergrad


class Optimizer:
    """Asks Nevergrad for a pair of inputs for each node 3-5, and for the ops of each node's two edges.

    A `Choice` would be a weight for each of its options, which the discrete mutations do not know to belong
    together; a `TransitionChoice` that is not ordered is one variable, and is drawn anew as a whole.

    Args:
        space: Gives its choices.
        seed: Of the parametrization, from which Nevergrad draws everything.
        budget: Gives the number of workers.
    """

    def __init__(self, space, seed, budget):
        self.space = space
        # one parameter for all choices with the same options: what Nevergrad keeps of a proposal is small then
        self.names = {}
        for name, options in space.choices.items():
            self.names.setdefault(options, []).append(name)
        parametrization = nevergrad.p.Tuple(*itertools.starmap(unordered, self.names.items()))
        parametrization.random_state.seed(seed)
        method = nevergrad.optimizers.PortfolioDiscreteOnePlusOne
        self.nevergrad = method(parametrization, num_workers=budget.workers)
        self.open = {}

    def ask(self):
        candidate = self.nevergrad.ask()
        chosen = {}
        for (options, names), numbers in zip(self.names.items(), candidate.value, strict=True):
            chosen.update(zip(names, (options[number] for number in numbers), strict=True))
        genotype = self.space.from_choices(chosen)
        self.open[id(genotype)] = candidate
        return genotype

    def tell(self, genotype, result):
        # told of the very object that was proposed
        self.nevergrad.tell(self.open.pop(id(genotype)), result.val_error)


def unordered(options, names):
    return nevergrad.p.TransitionChoice(len(options), repetitions=len(names), ordered=False)
