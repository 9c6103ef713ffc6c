"""Fails with an error of a long name."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        raise type("E" * 10_000, (Exception,), {})("what went wrong")

    def tell(self, genotype, result):
        pass
