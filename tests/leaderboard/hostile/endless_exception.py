"""Fails with an error that has no end of causes."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        error = ValueError("the first")
        for number in range(20_000):
            following = ValueError(f"number {number}")
            following.__cause__, error = error, following
        raise error

    def tell(self, genotype, result):
        pass
