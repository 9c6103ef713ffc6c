"""Answers everything and then does not end."""

import os
import random
import threading
import time


def stay():
    """Keep the process alive, whatever the main thread does."""
    os._exit = lambda code: time.sleep(1000)


threading.Thread(target=stay).start()


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        return self.space.random(self.rng)

    def tell(self, genotype, result):
        pass
