"""Takes the interpreter down."""

import ctypes
import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        ctypes.string_at(0)

    def tell(self, genotype, result):
        pass
