"""CatCMA with margin, of the package cmaes, on the space as 22 categorical choices."""

import itertools

import cmaes


class Optimizer:
    """Draws a pair of inputs for each node 3-5, and the ops of each node's two edges, from CatCMA's distribution.

    CatCMA takes one population's results at a time: these are the next results that come, in whatever order,
    so that with many workers some were drawn from an earlier distribution.

    Args:
        space: Gives the names of the cells and ops.
        seed: Of CatCMA's own generator.
        budget: Not used.
    """

    def __init__(self, space, seed, budget):
        self.space = space
        choices = sizes(space.ops)
        self.catcma = cmaes.CatCMAwM(c_space=choices * len(space.cells), seed=seed)
        self.per_cell = len(choices)
        self.open = {}
        self.results = []

    def ask(self):
        solution = self.catcma.ask()
        # of each choice the option that is one, the others are zero
        numbers = solution.c.argmax(axis=1).reshape(-1, self.per_cell)
        genotype = {cell: edges(numbers, self.space.ops) for cell, numbers in zip(self.space.cells, numbers)}
        self.open[id(genotype)] = solution
        return genotype

    def tell(self, genotype, result):
        # told of the very object that was proposed
        self.results.append((self.open.pop(id(genotype)), result.val_error))
        if len(self.results) == self.catcma.population_size:
            self.catcma.tell(self.results)
            self.results = []


def sizes(ops):
    """How many options a cell's choices have: inputs of the nodes 3-5, then the ops of eight edges."""
    return [*(len(pairs(node)) for node in (3, 4, 5)), *itertools.repeat(len(ops), 8)]


def pairs(node):
    return list(itertools.combinations(range(node), 2))


def edges(numbers, ops):
    """A cell of the numbers of its options."""
    inputs = [(0, 1), *(pairs(node)[number] for node, number in zip((3, 4, 5), numbers))]
    return [[ops[number], source] for number, source in zip(numbers[3:], itertools.chain(*inputs))]
