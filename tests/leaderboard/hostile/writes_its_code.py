"""Changes its own files."""

import pathlib
import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        pathlib.Path(__file__).write_text("")

    def tell(self, genotype, result):
        pass
