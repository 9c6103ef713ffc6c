"""Nevergrad's CMA-ES: an example of how to plug in an optimizer through the ConfigSpace adapter."""

import nevergrad

from leaderboard.inside.configspace import ConfigSpaceOptimizer


class Optimizer(ConfigSpaceOptimizer):
    """Nevergrad knows no conditions: it searches the unit cube, and inactive parameters are passed over."""

    def start(self, seed, budget):
        cube = nevergrad.p.Array(shape=(len(self.configspace),), lower=0, upper=1)
        cube.random_state.seed(seed)
        self.nevergrad = nevergrad.optimizers.CMA(cube, num_workers=budget.workers)

    def propose(self):
        candidate = self.nevergrad.ask()
        return candidate, self.from_unit_cube(candidate.value)

    def report(self, candidate, val_error, seconds):
        self.nevergrad.tell(candidate, val_error)
