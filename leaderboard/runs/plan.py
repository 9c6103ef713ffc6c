"""What is to be run: keys of submissions on releases, and which of them a store lacks."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from leaderboard.entries.environment import environment, hash_of
from leaderboard.entries.scan import Severity, scan
from leaderboard.entries.submission import Submission
from leaderboard.errors import RunError, SubmissionError
from leaderboard.problems import Problem
from leaderboard.runs.campaign import Campaign
from leaderboard.runs.key import BUDGET_EVALUATIONS, BUDGET_SECONDS, RunKey, Track
from leaderboard.runs.releases import loaded
from leaderboard.runs.store import Store
from leaderboard.sandbox.limits import Level
from leaderboard.sandbox.messages import VERSION
from nb301.errors import Nb301Error

#: What is run unless something else is asked for.
TRACK = Track(1, BUDGET_SECONDS, BUDGET_EVALUATIONS)


@dataclass(frozen=True, slots=True)
class Task:
    """A run to make, and where what it needs lies."""

    cell: RunKey
    #: The submission's.
    folder: Path
    #: Name or folder of its release, as `nb301.load` takes it.
    release: str
    #: Folder of installed environments.
    environments: Path
    #: Its salt gives the training seeds; no message shows it.
    campaign: Campaign = field(repr=False)

    @property
    def place(self) -> str:
        """For messages: entry and release."""
        return f"{self.cell.submission} on {self.release}"


@dataclass(frozen=True, slots=True)
class NotRun:
    """A task that failed, or a whole submission: it stays missing, and the next command tries it again."""

    #: Entry and release, or the submission's folder.
    place: str
    #: None for all seeds.
    seed: int | None
    why: str

    @classmethod
    def of_task(cls, task: Task, error: Exception) -> NotRun:
        """A task that ended in an error."""
        return cls(task.place, task.cell.seed, explained(error))

    @classmethod
    def of_submission(cls, folder: Path, error: Exception) -> NotRun:
        """A submission of which no task can run."""
        return cls(str(folder), None, explained(error))


def plan(
    folders: Sequence[Path],
    releases: Sequence[str],
    seeds: Iterable[int],
    environments: Path,
    campaign: Campaign,
    *,
    track: Track = TRACK,
    level: Level = Level.sealed,
) -> list[Task]:
    """List the runs of submissions on releases, paired ones together.

    Submissions that do not search for what a track is about are left out, and functions where there are
    several workers.

    Args:
        folders: Of the submissions; one that is named twice, in whatever way, counts once.
        releases: Names or folders, as `nb301.load` takes them.
        seeds: Seed `s` of one entry is paired with seed `s` of every other: both get equal random
            seeds and see the same noise.
        environments: Folder of installed environments.
        campaign: Gives the training seeds.
        track: What is asked, and how much; both limits are finite.
        level: How well submissions are sealed off; those that are not are not ranked.

    Raises:
        SubmissionError: A submission is wrong, its source shows what is refused, or two have one name.
        ReleaseError: A release cannot be read, or there is none of that name.
        RunError: A limit of the budget is infinite, or a release tells no epochs where trainings pause.
    """
    if not np.isfinite(track.budget_seconds):
        raise RunError(f"a run needs both limits, of seconds and of evaluations, got {track}")
    submissions = []
    for submission in map(_scanned, distinct(folders)):
        takes_part = track.workers == 1 or not submission.is_function
        if takes_part and track.problem in submission.manifest.problems:
            submissions.append(submission)
    key_makers = [_key_maker(submission, campaign, track, level) for submission in submissions]
    hashes = {release: _hash_for(release, track) for release in releases}
    tasks = []
    # seeds come first: whatever has been run when somebody looks is paired
    for seed in seeds:
        for release, release_hash in hashes.items():
            for submission, make_key in zip(submissions, key_makers, strict=True):
                cell = make_key(release_hash=release_hash, seed=seed)
                tasks.append(Task(cell, submission.folder, release, environments.absolute(), campaign))
    return tasks


def distinct(folders: Iterable[Path]) -> list[Path]:
    """Folders with all links followed, each once.

    Raises:
        SubmissionError: Two have one name, by which entries are told apart.
    """
    by_name: dict[str, Path] = {}
    for folder in folders:
        real = Path(os.path.realpath(folder))
        other = by_name.setdefault(real.name, real)
        if other != real:
            raise SubmissionError(
                f"{other} and {real} have one name, and entries are told apart by it: rename one, or give "
                "one of them"
            )
    return list(by_name.values())


def readable(folders: Iterable[Path]) -> tuple[list[Path], list[NotRun]]:
    """Part folders into those that `plan` can take, and those that hold no submission, or a wrong one.

    Raises:
        SubmissionError: Two have one name.
    """
    sound, failures = [], []
    for folder in distinct(folders):
        try:
            hash_of(_scanned(folder))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are run
            failures.append(NotRun.of_submission(folder, error))
        else:
            sound.append(folder)
    return sound, failures


def explained(error: Exception) -> str:
    """What went wrong: errors that are no message of ours with their type."""
    return str(error) if isinstance(error, Nb301Error) else f"{type(error).__name__}: {error}"


def install(tasks: Sequence[Task]) -> tuple[list[Task], list[NotRun]]:
    """Install the packages that submissions have locked once, before several processes do.

    Returns:
        The tasks that can run, and the submissions whose packages cannot be installed.
    """
    failures = {}
    for folder, environments in dict.fromkeys((task.folder, task.environments) for task in tasks):
        try:
            environment(Submission(folder), environments)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are run
            failures[folder] = NotRun.of_submission(folder, error)
    return _without(failures, tasks), list(failures.values())


def unspoilt(tasks: Sequence[Task]) -> tuple[list[Task], list[NotRun]]:
    """Part tasks into those whose noise is a surprise, and submissions that could know a published salt."""
    spoilt = {task.folder for task in tasks if not task.campaign.is_new_to(task.cell.tree_hash)}
    why = (
        "the salt of these runs was published before these files were run, so that they could know the "
        "noise: run them in another folder (--out), which has a salt of its own; they are ranked together"
    )
    left_out = [NotRun(str(folder), None, why) for folder in sorted(spoilt)]
    return _without(spoilt, tasks), left_out


def _without(folders: Container[Path], tasks: Sequence[Task]) -> list[Task]:
    return [task for task in tasks if task.folder not in folders]


def missing(tasks: Sequence[Task], store: Store) -> list[Task]:
    """The tasks whose run is not stored."""
    return [task for task in tasks if not store.has(task.cell)]


def _scanned(folder: Path) -> Submission:
    submission = Submission(folder)
    errors = []
    for finding in scan(submission):
        if finding.severity is Severity.error:
            errors.append(f"{finding.place}: {finding.message}")
    if errors:
        raise SubmissionError(f"{submission.folder}: {'; '.join(errors)}")
    return submission


def _hash_for(release: str, track: Track) -> str:
    """The hash of a release, which has learning curves where a track needs them."""
    benchmark = loaded(release)
    if track.problem is Problem.multi_fidelity and benchmark.release.curve_model is None:
        raise RunError(f"release {release} has no learning curves, which {track.problem} trainings need")
    return benchmark.release.release_hash


def _key_maker(submission: Submission, campaign: Campaign, track: Track, level: Level) -> partial[RunKey]:
    """Makes a submission's keys from `release_hash` and `seed`; all else that decides its runs is equal."""
    return partial(
        RunKey,
        protocol=VERSION,
        campaign=campaign.id,
        submission=submission.slug,
        tree_hash=submission.tree_hash,
        environment_hash=hash_of(submission),
        budget_seconds=track.budget_seconds,
        budget_evaluations=track.budget_evaluations,
        workers=track.workers,
        problem=track.problem,
        blind=track.blind,
        limits=submission.limits(),
        level=level,
    )
