"""Writes an integer of 50,000 digits."""

import os
import random
import sys


def channel():
    """The descriptor that replies are written to."""
    return int(sys.argv[2])


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        os.write(channel(), b'{"id": 3, "genotype": 1' + b"0" * 50_000 + b"}\n")

    def tell(self, genotype, result):
        pass
