"""Trials of a study: what TPE proposes is fitted and measured, and ended early where it is bad.

Hyperband's budget is the number of rounds or epochs. Configurations that learn slowly, such as those
of small learning rates, look worse at equal rounds than they end; one of its brackets prunes hardly
anything, and is there for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nb301.errors import ReleaseError
from nb301.metrics import r2, sparse_kendall_tau
from nb301.surrogates.members.base import Domain, Examples, Family, Hyperparameters, Range, Report

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import Trial as OpenTrial

#: Share of trials that go on at each rung, and the rungs before the full budget: four brackets
#: (Optuna advises four to six).
_REDUCTION, _RUNGS = 3, 3


@dataclass(frozen=True, slots=True)
class TrialObjective:
    """Fits a configuration and measures it."""

    family: Family
    train: Examples
    val: Examples
    seed: int
    optuna: ModuleType

    @property
    def space(self) -> dict[str, Domain]:
        """The family's space; a range that its default is out of is widened to have it as a trial."""
        space = {}
        for name, domain in self.family.search_space.items():
            space[name] = _widened(domain, self.family.hyperparameters[name])
        return space

    @property
    def defaults(self) -> dict[str, Any]:
        """The family's own configuration."""
        defaults = {}
        for name, domain in self.space.items():
            defaults[name] = _in_range(domain, self.family.hyperparameters[name])
        return defaults

    def __call__(self, trial: OpenTrial, rungs: frozenset[int]) -> float:
        """Mean squared error of the validation predictions, squared fraction.

        Args:
            trial: Proposes the configuration; is told the error, the steps and the scores.
            rungs: Steps at which the fit may be ended.

        Raises:
            TrialPruned: The fit was ended early, or its model cannot be used.
        """
        params = {name: _suggest(trial, name, domain) for name, domain in self.space.items()}
        predicted = self._watched(trial, params, rungs)
        trial.set_user_attr("r2", r2(self.val.target, predicted))
        trial.set_user_attr("sparse_kendall_tau", sparse_kendall_tau(self.val.target, predicted))
        return float(np.mean((predicted - self.val.target) ** 2))

    def _watched(
        self, trial: OpenTrial, params: Hyperparameters, rungs: frozenset[int]
    ) -> NDArray[np.float64]:
        """Predictions of a fit that the pruner may end at its rungs."""
        steps = 0

        def report(step: int, error: float) -> None:
            nonlocal steps
            steps = step
            # Optuna copies the whole trial for every question; only at rungs does its answer matter
            if step in rungs:
                trial.report(error, step)
                if trial.should_prune():
                    raise self.optuna.TrialPruned

        try:
            return self._predicted(params, report)
        except (ValueError, ArithmeticError, ReleaseError) as error:  # of the libraries, of too large trees
            trial.set_user_attr("reason", str(error))
            # pruned and not failed: TPE learns from pruned trials where not to look
            raise self.optuna.TrialPruned from None
        finally:
            trial.set_user_attr("steps", steps)

    def _predicted(self, params: Hyperparameters, report: Report) -> NDArray[np.float64]:
        """Predictions of the validation rows, fractions, as a release's would be read from its file."""
        hyperparameters = {**self.family.hyperparameters, **params}
        file = self.family.fit(self.train, self.val, self.seed, hyperparameters, report)
        predicted: NDArray[np.float64] = self.family.load([file]).predict(self.val.codes)[0]
        if not np.isfinite(predicted).all():
            raise ValueError("predictions are not finite")
        return predicted


def run_trial(optuna: ModuleType, study: Study, objective: TrialObjective) -> None:
    """Run the next trial; it depends on the trials before it and on the seed alone."""
    number = len(study.trials)
    # a generator a trial: none has a state that an interruption could lose
    entropy = np.random.SeedSequence([objective.seed, number]).generate_state(1)
    study.sampler = optuna.samplers.TPESampler(seed=int(entropy[0]))
    study.pruner = optuna.pruners.NopPruner()  # with Hyperband, TPE would learn from one bracket only
    if number == 0:
        study.enqueue_trial(objective.defaults)
    trial = study.ask()
    # the first trial, of the defaults, says how long fits are
    full = study.trials[0].user_attrs["steps"] if number else 0
    lowest = max(1, full // _REDUCTION**_RUNGS)
    if full > 1:
        study.pruner = optuna.pruners.HyperbandPruner(lowest, full, _REDUCTION)
    try:
        study.tell(trial, objective(trial, _rungs(lowest, full)))
    except optuna.TrialPruned:
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)


def _rungs(lowest: int, full: int) -> frozenset[int]:
    """Steps at which Hyperband compares fits of so many steps in all."""
    rungs = set[int]()
    step = lowest
    while len(rungs) < _RUNGS + 2 and step < full:
        rungs.add(step)
        step *= _REDUCTION
    return frozenset(rungs)


def _widened(domain: Domain, default: Any) -> Domain:
    if not isinstance(domain, Range) or (domain.log and default <= 0):
        return domain
    return domain._replace(low=min(domain.low, default), high=max(domain.high, default))


def _in_range(domain: Domain, default: Any) -> Any:
    """The default; the lowest value where a range is logarithmic, and the default is 0."""
    return max(domain.low, default) if isinstance(domain, Range) else default


def _suggest(trial: OpenTrial, name: str, domain: Domain) -> Any:
    if not isinstance(domain, Range):
        return trial.suggest_categorical(name, domain)
    if isinstance(domain.low, int) and isinstance(domain.high, int):
        return trial.suggest_int(name, domain.low, domain.high, log=domain.log)
    return trial.suggest_float(name, domain.low, domain.high, log=domain.log)
