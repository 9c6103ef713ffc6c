"""Proposes a dict of hostile text."""

import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        return {"__proto__": "\x1b[2J", "normal": "\u202e", "reduce": [[["deep"]]] * 8}

    def tell(self, genotype, result):
        pass
