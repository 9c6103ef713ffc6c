"""Ends in the last moment."""

import os
import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        return self.space.random(self.rng)

    def tell(self, genotype, result):
        pass

    def recommend(self):
        os._exit(0)
