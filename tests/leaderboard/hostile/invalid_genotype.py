"""Proposes a node that reads itself."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        genotype = self.space.random(self.rng)
        genotype["normal"][4][1] = 4
        return genotype

    def tell(self, genotype, result):
        pass
