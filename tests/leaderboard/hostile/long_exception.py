"""Fails with an error of a long text."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        raise ValueError("begin" + "x" * 10**6 + "end")

    def tell(self, genotype, result):
        pass
