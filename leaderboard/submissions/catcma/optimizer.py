"""CatCMA with margin, of the package cmaes, on the space as 22 categorical choices."""

import cmaes


class Optimizer:
    """Draws a pair of inputs for each node 3-5, and the ops of each node's two edges, from CatCMA's distribution.

    CatCMA takes one population's results at a time: these are the next results that come, in whatever order,
    so that with many workers some were drawn from an earlier distribution.

    Args:
        space: Gives its choices.
        seed: Of CatCMA's own generator.
        budget: Not used.
    """

    def __init__(self, space, seed, budget):
        self.space = space
        self.catcma = cmaes.CatCMAwM(c_space=list(map(len, space.choices.values())), seed=seed)
        self.open = {}
        self.results = []

    def ask(self):
        solution = self.catcma.ask()
        chosen = {}
        for (name, options), row in zip(self.space.choices.items(), solution.c, strict=True):
            # the option that is one, the others are zero
            chosen[name] = options[row.argmax()]
        genotype = self.space.from_choices(chosen)
        self.open[id(genotype)] = solution
        return genotype

    def tell(self, genotype, result):
        # told of the very object that was proposed
        self.results.append((self.open.pop(id(genotype)), result.val_error))
        if len(self.results) == self.catcma.population_size:
            self.catcma.tell(self.results)
            self.results = []
