"""Proposes NaN for an op."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        genotype = self.space.random(self.rng)
        genotype["reduce"][0][0] = float("nan")
        return genotype

    def tell(self, genotype, result):
        pass
