"""pymoo's NSGA-II for validation error and multiply-adds, on the space as 22 unordered choices."""

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.population import Population
from pymoo.core.problem import Problem
from pymoo.core.termination import NoTermination
from pymoo.core.variable import Choice
from pymoo.operators.crossover.ux import UX
from pymoo.operators.mutation.rm import ChoiceRandomMutation
from pymoo.operators.sampling.rnd import IntegerRandomSampling


class Optimizer:
    """Asks NSGA-II for a pair of inputs for each node 3-5, and for the ops of each node's two edges.

    pymoo's own mating of mixed variables treats each choice as a problem of its own, and so mutates each with
    probability 1/2; as one array of 22 numbers it mutates each with 1/22, pymoo's default for arrays.

    A generation is the next results that come, in whatever order. Where more is asked for than was bred,
    more is bred from the same parents (drawn at random, in the first generation), so that with many workers
    some children are told with the generation after theirs.

    Args:
        space: Gives its choices.
        seed: Of NSGA-II's own generator.
        budget: Not used.
    """

    def __init__(self, space, seed, budget):
        self.space = space
        sizes = np.array(list(map(len, space.choices.values())))
        problem = Problem(
            n_var=len(sizes),
            n_obj=2,
            xl=np.zeros(len(sizes)),
            xu=sizes - 1,
            vars={number: Choice(options=range(size)) for number, size in enumerate(sizes)},
        )
        self.nsga2 = NSGA2(sampling=IntegerRandomSampling(), crossover=UX(), mutation=ChoiceRandomMutation())
        self.nsga2.setup(problem, termination=NoTermination(), seed=seed)
        self.bred = []
        self.open = {}
        self.evaluated = []

    def ask(self):
        if not self.bred:
            self.bred = list(self.nsga2.ask())
        child = self.bred.pop(0)
        chosen = {}
        for (name, options), number in zip(self.space.choices.items(), child.X, strict=True):
            chosen[name] = options[number]
        genotype = self.space.from_choices(chosen)
        self.open[id(genotype)] = child
        return genotype

    def tell(self, genotype, result):
        # told of the very object that was proposed
        child = self.open.pop(id(genotype))
        child.F = np.array([result.val_error, result.multiply_adds], dtype=float)
        self.evaluated.append(child)
        if len(self.evaluated) == self.nsga2.pop_size:
            self.nsga2.tell(infills=Population.create(*self.evaluated))
            # what is bred from now on has the new parents
            self.bred, self.evaluated = [], []
