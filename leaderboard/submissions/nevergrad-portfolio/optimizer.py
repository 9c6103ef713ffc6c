"""Nevergrad's portfolio of discrete (1+1) mutations on the space as 22 unordered choices."""

import itertools

import nevergrad


class Optimizer:
    """Asks Nevergrad for a pair of inputs for each node 3-5, and for the ops of each node's two edges.

    A `Choice` would be a weight for each of its options, which the discrete mutations do not know to belong
    together; a `TransitionChoice` that is not ordered is one variable, and is drawn anew as a whole.

    Args:
        space: Gives the names of the cells and ops.
        seed: Of the parametrization, from which Nevergrad draws everything.
        budget: Gives the number of workers.
    """

    def __init__(self, space, seed, budget):
        self.space = space
        # one parameter for all choices with the same options: what Nevergrad keeps of a proposal is small then
        cells = len(space.cells)
        inputs = [unordered(len(pairs(node)), cells) for node in (3, 4, 5)]
        parametrization = nevergrad.p.Tuple(*inputs, unordered(len(space.ops), 8 * cells))
        parametrization.random_state.seed(seed)
        method = nevergrad.optimizers.PortfolioDiscreteOnePlusOne
        self.nevergrad = method(parametrization, num_workers=budget.workers)
        self.open = {}

    def ask(self):
        candidate = self.nevergrad.ask()
        *inputs, ops = candidate.value
        genotype = {}
        for i, cell in enumerate(self.space.cells):
            numbers = [*(pair[i] for pair in inputs), *ops[8 * i : 8 * i + 8]]
            genotype[cell] = edges(numbers, self.space.ops)
        self.open[id(genotype)] = candidate
        return genotype

    def tell(self, genotype, result):
        # told of the very object that was proposed
        self.nevergrad.tell(self.open.pop(id(genotype)), result.val_error)


def unordered(size, repetitions):
    return nevergrad.p.TransitionChoice(size, repetitions=repetitions, ordered=False)


def pairs(node):
    return list(itertools.combinations(range(node), 2))


def edges(numbers, ops):
    """A cell of the numbers of its options: inputs of the nodes 3-5, then the ops of eight edges."""
    inputs = [(0, 1), *(pairs(node)[number] for node, number in zip((3, 4, 5), numbers))]
    return [[ops[number], source] for number, source in zip(numbers[3:], itertools.chain(*inputs))]
