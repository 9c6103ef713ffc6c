"""Takes all memory."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        hoard = []
        while True:
            hoard.append(bytearray(2**22))

    def tell(self, genotype, result):
        pass
