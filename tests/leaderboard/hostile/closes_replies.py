"""Closes one half of the channel, and stays."""

import os
import random
import sys
import time


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        os.close(int(sys.argv[2]))
        time.sleep(1000)

    def tell(self, genotype, result):
        pass
