"""Raises its own limits."""

import random
import resource


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        raise SystemError("the limit was raised")

    def tell(self, genotype, result):
        pass
