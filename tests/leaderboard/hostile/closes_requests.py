"""Closes the other half of the channel, and stays."""

import os
import random
import sys
import threading
import time


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        threading.Thread(target=time.sleep, args=[1000]).start()
        os.dup2(os.open("/dev/null", os.O_RDONLY), int(sys.argv[1]))
        return self.space.random(self.rng)

    def tell(self, genotype, result):
        pass
