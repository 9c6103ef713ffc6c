"""Reads the memory of its parent."""

import os
import random


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        with open(f"/proc/{os.getppid()}/maps") as maps:
            start = int(maps.readline().partition("-")[0], 16)
        with open(f"/proc/{os.getppid()}/mem", "r+b", buffering=0) as memory:
            memory.seek(start)
            raise SystemError(f"read {memory.read(4)} and wrote {memory.write(bytes(4))}")

    def tell(self, genotype, result):
        pass
