"""Is stopped like a job in a shell."""

import os
import random
import signal


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        os.kill(os.getpid(), signal.SIGSTOP)

    def tell(self, genotype, result):
        pass
