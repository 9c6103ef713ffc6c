"""Computes longer than it may, and fails with an error of its own when it is told."""

import random
import signal


def stop(*_):
    raise RuntimeError("told to stop")


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        signal.signal(signal.SIGXCPU, stop)
        while True:
            pass

    def tell(self, genotype, result):
        pass
