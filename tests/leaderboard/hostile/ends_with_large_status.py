"""Ends with a status that stands for no signal."""

import os
import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        os._exit(250)

    def tell(self, genotype, result):
        pass
