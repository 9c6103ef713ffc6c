"""Cannot be built."""


class Optimizer:
    def __init__(self, space, seed, budget):
        raise ValueError("population is empty")
