"""Proposes Python that is nested deeper than an interpreter can parse."""


class Optimizer:
    def __init__(self, space, seed, budget):
        pass

    def ask(self):
        return "-" * 60_000 + "()"

    def tell(self, genotype, result):
        pass
