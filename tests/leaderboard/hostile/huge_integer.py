"""Proposes an integer of 4,000 digits for a node."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        genotype = self.space.random(self.rng)
        genotype["normal"][0][1] = 10**4000
        return genotype

    def tell(self, genotype, result):
        pass
