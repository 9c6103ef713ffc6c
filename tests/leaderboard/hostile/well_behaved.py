"""Random search, which does nothing wrong."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        return self.space.random(self.rng)

    def tell(self, genotype, result):
        pass
