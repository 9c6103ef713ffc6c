"""Opens a socket: unix."""

import random
import socket


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        raise SystemError("there is a socket")

    def tell(self, genotype, result):
        pass
