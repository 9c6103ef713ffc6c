"""Writes what is no JSON."""

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
        os.write(channel(), b"\xff\xfe\x00hello\n")

    def tell(self, genotype, result):
        pass
