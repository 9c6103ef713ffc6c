"""Fails as if somebody had pressed a key."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        raise KeyboardInterrupt

    def tell(self, genotype, result):
        pass
