"""NAME: mutates the best genotype found so far; a start to write your own optimizer from.

What you have here: `space` with `random(rng)`, `mutate(genotype, rng)`, `neighbours(genotype)`,
`validate(genotype)`, `to_text` and `from_text`; `budget` with `seconds`, `evaluations`, `workers`,
`remaining_seconds` and `remaining_evaluations` (None: without limit); results with `val_error` (a
fraction, with the noise of one training) and `seconds` (simulated). Draw all random numbers from `seed`.

With several workers, `ask` is called again before the results of earlier proposals are told.
"""

import random


class Optimizer:
    def __init__(self, space, seed, budget, patience):
        self.space = space
        self.rng = random.Random(seed)
        self.patience = patience
        self.best = None
        self.best_error = 1.0
        self.since_best = 0

    def ask(self):
        if self.best is None or self.since_best > self.patience:
            return self.space.random(self.rng)
        return self.space.mutate(self.best, self.rng)

    def tell(self, genotype, result):
        self.since_best += 1
        if result.val_error < self.best_error:
            self.best, self.best_error, self.since_best = genotype, result.val_error, 0

    def recommend(self):
        return self.best
