"""Replies with a field that nobody knows."""

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
        os.write(channel(), b'{"id": 3, "val_error": 0.0}\n')

    def tell(self, genotype, result):
        pass
