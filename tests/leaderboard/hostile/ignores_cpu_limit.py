"""Computes longer than it may, and passes over the signal that says so."""

import random
import signal


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        while True:
            pass

    def tell(self, genotype, result):
        pass
