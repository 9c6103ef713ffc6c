"""Starts processes without end."""

import os
import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        while True:
            os.fork()

    def tell(self, genotype, result):
        pass
