"""Opens a socket: udp."""

import random
import socket


class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng = space, random.Random(seed)

    def ask(self):
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        raise SystemError("there is a socket")

    def tell(self, genotype, result):
        pass
