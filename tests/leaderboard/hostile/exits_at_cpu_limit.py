"""Computes longer than it may, and ends as if nothing were when it is told."""

import os
import random
import signal


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        signal.signal(signal.SIGXCPU, lambda *_: os._exit(0))
        while True:
            pass

    def tell(self, genotype, result):
        pass
