"""Starts programs."""

import random
import subprocess
import sys


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        subprocess.run([sys.executable, "-c", "pass"], check=True)

    def tell(self, genotype, result):
        pass
