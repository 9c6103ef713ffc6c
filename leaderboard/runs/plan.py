"""What is to be run: cells of submissions on releases, and which of them a store lacks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from leaderboard.entries.environment import environment, hash_of
from leaderboard.entries.scan import Severity, scan
from leaderboard.entries.submission import Submission
from leaderboard.errors import RunError, SubmissionError
from leaderboard.runs.campaign import Campaign
from leaderboard.runs.key import BUDGET_EVALUATIONS, BUDGET_SECONDS, RunKey
from leaderboard.runs.record import ReleaseReference
from leaderboard.runs.store import Store
from leaderboard.sandbox.limits import Level
from leaderboard.sandbox.messages import VERSION
from nb301.errors import Nb301Error
from nb301.optimizers import Budget
from nb301.releases import Manifest, find

_BUDGET = Budget(seconds=BUDGET_SECONDS, evaluations=BUDGET_EVALUATIONS)


@dataclass(frozen=True, slots=True)
class Task:
    """A cell to run, and where what it needs is found."""

    cell: RunKey
    #: The submission's.
    folder: Path
    #: Name or folder of its release, as `nb301.load` takes it.
    release: str
    #: Folder of installed environments.
    environments: Path
    #: Whose salt gives the training seeds; no message shows it.
    campaign: Campaign = field(repr=False)

    @property
    def place(self) -> str:
        """For messages: entry and release."""
        return f"{self.cell.submission} on {self.release}"


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell that was not run, or all of a submission: it stays missing, and the next command tries it."""

    #: Entry and release, or the submission's folder.
    place: str
    #: None for all.
    seed: int | None
    why: str

    @classmethod
    def of(cls, task: Task, error: Exception) -> Failure:
        """The failure of a task."""
        return cls(task.place, task.cell.seed, explained(error))


def plan(
    folders: Sequence[Path],
    releases: Sequence[str],
    seeds: Iterable[int],
    environments: Path,
    campaign: Campaign,
    *,
    budget: Budget = _BUDGET,
    workers: int = 1,
    level: Level = Level.sealed,
) -> list[Task]:
    """List the runs of submissions on releases, paired ones together.

    Args:
        folders: Of the submissions; one that is given twice, in whatever way, counts once.
        releases: Names or folders, as `nb301.load` takes them.
        seeds: Seed `s` of one entry is paired with seed `s` of every other: both get equal random
            seeds and see the same noise.
        environments: Folder of installed environments.
        campaign: Gives the training seeds.
        budget: Of each run; both limits are finite.
        workers: Evaluations that are open at once.
        level: How well submissions are sealed off; those that are not are not ranked.

    Raises:
        SubmissionError: A submission is wrong, its source shows what is refused, or two have one name.
        ReleaseError: A release cannot be read, or there is none of that name.
        RunError: A limit of the budget is infinite.
    """
    if not (np.isfinite(budget.seconds) and np.isfinite(budget.evaluations)):
        raise RunError(f"a run needs both limits, of seconds and of evaluations, got {budget}")
    submissions = [_scanned(Submission(folder)) for folder in distinct(folders)]
    hashes = {each.folder: hash_of(each) for each in submissions}
    references = {release: release_reference(release) for release in dict.fromkeys(releases)}
    return [
        Task(
            RunKey(
                protocol=VERSION,
                campaign=campaign.id,
                submission=each.slug,
                tree_hash=each.tree_hash,
                environment_hash=hashes[each.folder],
                release_hash=reference.release_hash,
                seed=seed,
                budget_seconds=budget.seconds,
                budget_evaluations=int(budget.evaluations),
                workers=workers,
                limits=each.limits(),
                level=level,
            ),
            each.folder,
            release,
            environments.absolute(),
            campaign,
        )
        # seeds come first: whatever has been run when somebody looks is paired
        for seed in seeds
        for release, reference in references.items()
        for each in submissions
    ]


def distinct(folders: Iterable[Path]) -> list[Path]:
    """Folders with all links followed, each once.

    Raises:
        SubmissionError: Two have one name, by which entries are told apart.
    """
    found = list(dict.fromkeys(Path(os.path.realpath(folder)) for folder in folders))
    named: dict[str, Path] = {}
    for folder in found:
        if named.setdefault(folder.name, folder) != folder:
            raise SubmissionError(
                f"{named[folder.name]} and {folder} have one name, and entries are told apart by it: rename "
                "one, or give one of them"
            )
    return found


def readable(folders: Iterable[Path]) -> tuple[list[Path], list[Failure]]:
    """Part folders into those that `plan` can take, and those that hold no submission, or a wrong one.

    Raises:
        SubmissionError: Two have one name.
    """
    sound, failures = [], []
    for folder in distinct(folders):
        try:
            hash_of(_scanned(Submission(folder)))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are run
            failures.append(Failure(str(folder), None, explained(error)))
        else:
            sound.append(folder)
    return sound, failures


def explained(error: Exception) -> str:
    """What went wrong: errors that are no message of ours with their type."""
    return str(error) if isinstance(error, Nb301Error) else f"{type(error).__name__}: {error}"


def release_reference(release: str) -> ReleaseReference:
    """What a run notes of its release, by name or folder."""
    return release_reference_of(find(release).manifest)


def release_reference_of(manifest: Manifest) -> ReleaseReference:
    """What a run notes of its release, by its manifest."""
    return ReleaseReference(
        name=manifest.name,
        release_hash=manifest.release_hash,
        truth=manifest.truth,
        family=manifest.family,
        random_only=manifest.random_only,
    )


def install(tasks: Sequence[Task]) -> tuple[list[Task], list[Failure]]:
    """Install the packages that submissions have locked once, before several processes do.

    Returns:
        The tasks that can run, and the submissions whose packages cannot be installed.
    """
    failures = {}
    for folder, environments in dict.fromkeys((task.folder, task.environments) for task in tasks):
        try:
            environment(Submission(folder), environments)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are run
            failures[folder] = Failure(str(folder), None, explained(error))
    return [task for task in tasks if task.folder not in failures], list(failures.values())


def unspoilt(tasks: Sequence[Task]) -> tuple[list[Task], list[Failure]]:
    """Part tasks into those whose noise is a surprise, and submissions that could know a published salt."""
    spoilt = {task.folder for task in tasks if not task.campaign.is_new_to(task.cell.tree_hash)}
    why = (
        "the salt of these runs was published before these files were run, so that they could know the "
        "noise: run them in another folder (--out), which has a salt of its own; they are ranked together"
    )
    return (
        [task for task in tasks if task.folder not in spoilt],
        [Failure(str(folder), None, why) for folder in sorted(spoilt)],
    )


def missing(tasks: Sequence[Task], store: Store) -> list[Task]:
    """The tasks whose run is not stored."""
    return [task for task in tasks if not store.has(task.cell)]


def _scanned(submission: Submission) -> Submission:
    wrong = [each for each in scan(submission) if each.severity is Severity.error]
    if wrong:
        listed = "; ".join(f"{each.place}: {each.message}" for each in wrong)
        raise SubmissionError(f"{submission.folder}: {listed}")
    return submission
