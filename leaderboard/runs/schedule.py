"""The schedule: the tracks of the leaderboard, their releases and seeds, in the order in which they are run.

A training takes 4,652 s on average (F43): 10^6 s are some 215 trainings, 10^7 s some 2,150.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leaderboard.problems import Problem
from leaderboard.runs.campaign import Campaign
from leaderboard.runs.key import BUDGET_EVALUATIONS, Track
from leaderboard.runs.plan import Task, plan

#: Those on real CIFAR-10 trainings saw random search's rows alone, which are the published ones.
_REAL = ("cifar10-xgb-rand-v1.0", "cifar10-gin-rand-v1.0")
_EMULATED = ("emulated-xgb-v2.0", "emulated-gin-v2.0")
_EMULATED_RANDOM = ("emulated-xgb-rand-v2.0", "emulated-gin-rand-v2.0")
#: Entries whose models of all results take too long for 180 runs of 2,150 trainings, let alone of the 6,450
#: that 30 workers make: a run takes COMBO 392 s of a processor, Optuna's Gaussian process some 2,000 s and
#: SMAC some 6,600 s, both extrapolated from shorter ones.
_SLOW_IF_LONG = ("combo", "optuna-gp", "smac")
_MIDDLE, _LONG = 1e6, 1e7


@dataclass(frozen=True, slots=True)
class Stage:
    """One track."""

    track: Track
    releases: tuple[str, ...]
    seeds: int = 30
    #: Names of submissions that do not take part.
    without: tuple[str, ...] = ()
    #: What a run takes of a processor beside the optimizer's own time, seconds: measured with random search,
    #: and with Hyperband where trainings pause.
    run_seconds: int = 1

    @property
    def runs(self) -> int:
        """Of each entry."""
        return len(self.releases) * self.seeds


SCHEDULE = (
    Stage(Track(1, _MIDDLE, BUDGET_EVALUATIONS), _REAL + _EMULATED + _EMULATED_RANDOM),
    Stage(Track(1, _MIDDLE, BUDGET_EVALUATIONS, blind=True), _REAL + _EMULATED),
    Stage(Track(1, _MIDDLE, BUDGET_EVALUATIONS, Problem.multi_objective), _REAL + _EMULATED),
    Stage(
        Track(1, _MIDDLE, BUDGET_EVALUATIONS, Problem.multi_fidelity),
        _EMULATED + _EMULATED_RANDOM,
        run_seconds=3,
    ),
    Stage(
        Track(1, _LONG, BUDGET_EVALUATIONS),
        _REAL + _EMULATED + _EMULATED_RANDOM,
        without=_SLOW_IF_LONG,
        run_seconds=2,
    ),
    Stage(Track(30, _MIDDLE, BUDGET_EVALUATIONS), _REAL + _EMULATED, without=_SLOW_IF_LONG, run_seconds=6),
)


def scheduled(stage: Stage, folders: Sequence[Path], environments: Path, campaign: Campaign) -> list[Task]:
    """The runs of one track; see `plan`.

    Args:
        stage: Which.
        folders: Of the submissions.
        environments: Folder of installed environments.
        campaign: Gives the training seeds, and the names in blind runs.

    Raises:
        SubmissionError, ReleaseError: See `plan`.
    """
    taking_part = [folder for folder in folders if folder.name not in stage.without]
    return plan(taking_part, stage.releases, range(stage.seeds), environments, campaign, track=stage.track)


def longest(problem: Problem) -> float:
    """Simulated seconds of the longest runs of a problem."""
    return max(stage.track.budget_seconds for stage in SCHEDULE if stage.track.problem is problem)


def cheap_first(tasks: Iterable[Task]) -> list[Task]:
    """Tasks by the processor time that their submissions have declared, and else in their order."""
    return sorted(tasks, key=lambda task: task.cell.limits.cpu_seconds)
