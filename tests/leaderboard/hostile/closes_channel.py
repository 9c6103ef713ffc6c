"""Closes all descriptors."""

import os
import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        os.closerange(0, 256)

    def tell(self, genotype, result):
        pass
