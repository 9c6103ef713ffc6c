"""Fails at its fourth proposal."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        self.n = getattr(self, "n", 0) + 1
        if self.n == 4:
            raise ZeroDivisionError("division by zero")
        return self.space.random(self.rng)

    def tell(self, genotype, result):
        pass
