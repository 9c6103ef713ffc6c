"""The anytime score of one run, step by step for readers: computed beside `ranking.scores`, not by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from leaderboard.ranking.references import Reference
from leaderboard.ranking.rows import Row
from leaderboard.ranking.scores import anytime_score, window
from leaderboard.ranking.standings import Ranking
from leaderboard.runs.record import Run
from nb301 import exact


@dataclass(frozen=True, slots=True)
class Step:
    """A time during which the incumbent stayed the same."""

    #: Simulated seconds.
    start: float
    end: float
    #: Noise-free validation error of the incumbent, percent; None before there is one.
    error: float | None
    #: Normalised: 0 for the best known architecture, 1 for the median random one and below.
    regret: float
    #: log10 of end over start.
    decades: float

    @property
    def area(self) -> float:
        """What the step adds to the area under the regret."""
        return self.regret * self.decades


@dataclass(frozen=True, slots=True)
class Example:
    """The score of one run, and the mean that the ranking shows."""

    run: Run
    reference: Reference
    row: Row
    steps: tuple[Step, ...]
    #: Scores of all the entry's runs on the release, this one's among them, by seed.
    scores: Mapping[int, float]

    @property
    def area(self) -> float:
        """Under the regret over log10 of time."""
        return sum(step.area for step in self.steps)

    @property
    def decades(self) -> float:
        """Length of the window in which the score looks."""
        return sum(step.decades for step in self.steps)

    @property
    def score(self) -> float:
        """The run's anytime score."""
        return 100 * (1 - self.area / self.decades)


def example_of(ranking: Ranking, references: Mapping[str, Reference]) -> Example | None:
    """Choose the shortest run that counts on the first board; None where no run counts there."""
    board = ranking.boards[0]
    counted = {row.entry: row for row in board.rows if row.score is not None}
    on_board = [run for run in ranking.runs if run.release.name == board.release.name]
    # one that failed has a step more than readers need
    whole = [run for run in on_board if run.evaluations and not run.has_failed]
    runs = [run for run in whole if run.cell.submission in counted]
    if not runs:
        return None
    run = min(runs, key=lambda run: (len(run.incumbents.judged), run.cell.submission, run.cell.seed))
    entry, reference = run.cell.submission, references[run.cell.release_hash]
    own_scores = {}
    for other in on_board:
        if other.cell.submission == entry:
            own_scores[other.cell.seed] = anytime_score(other, reference)
    return Example(
        run=run,
        reference=reference,
        row=counted[entry],
        steps=tuple(_steps(run, reference)),
        scores=own_scores,
    )


def _steps(run: Run, reference: Reference) -> Iterator[Step]:
    """The window of the score, cut where the incumbent changes."""
    start, end = window(run.cell.budget_seconds)
    changes = np.clip(run.incumbents.clock_seconds, start, end)
    times = [start, *changes.tolist(), end]
    accuracies = [None, *run.incumbents.judged]
    for since, until, accuracy in zip(times, times[1:], accuracies, strict=False):
        if until > since:
            yield Step(
                start=since,
                end=until,
                error=None if accuracy is None else 100 * (1 - accuracy),
                regret=1.0 if accuracy is None else _regret(accuracy, reference),
                decades=exact.log(until / since) / exact.log(10.0),
            )


def _regret(accuracy: float, reference: Reference) -> float:
    scale = reference.best_accuracy - reference.random_accuracy
    return min(1.0, (reference.best_accuracy - accuracy) / scale)
