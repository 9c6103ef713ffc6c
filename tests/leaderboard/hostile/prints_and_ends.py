"""Prints, and ends without writing what it has printed."""

import os
import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        print("these are my last words")
        os._exit(3)

    def tell(self, genotype, result):
        pass
