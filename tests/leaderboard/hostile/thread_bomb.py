"""Starts threads without end."""

import random
import threading
import time


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        while True:
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()

    def tell(self, genotype, result):
        pass
