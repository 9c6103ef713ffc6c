"""Prints, and fails with text that moves the cursor, turns writing round and looks like HTML."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        text = "\x1b[2J\u202e<script>alert(1)</script>\x00"
        print(text)
        raise RuntimeError(text + "\ud800")

    def tell(self, genotype, result):
        pass
