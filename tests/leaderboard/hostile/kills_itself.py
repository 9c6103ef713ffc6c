"""Ends itself as nobody else would."""

import os
import random
import signal


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def tell(self, genotype, result):
        pass
