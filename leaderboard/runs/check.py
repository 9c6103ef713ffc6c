"""Checks try a submission in the sandbox with a small budget, and say in its author's terms what is wrong."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from leaderboard.entries.environment import environment
from leaderboard.entries.scan import Severity, scan
from leaderboard.entries.submission import Submission, check_slug
from leaderboard.errors import SubmissionError
from leaderboard.places import SKELETON
from leaderboard.problems import Problem
from leaderboard.runs.key import BUDGET_EVALUATIONS, BUDGET_SECONDS
from leaderboard.runs.schedule import longest
from leaderboard.runs.session import Code, Conditions, Outcome, run
from leaderboard.sandbox.attest import attest
from leaderboard.sandbox.limits import CHECK_SECONDS, Level, Limits
from leaderboard.sandbox.messages import Verdict
from leaderboard.sandbox.mounts import SUBMISSION, Environment
from nb301.files import folder_written_whole
from nb301.optimizers import Budget
from nb301.truth.emulated import EmulatedTruth

#: Evaluations of each short run.
EVALUATIONS = 150
_WORKERS = 30


class State(enum.StrEnum):
    """How a check ended."""

    ok = enum.auto()
    wrong = enum.auto()
    #: A person has to judge it.
    look = enum.auto()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried."""

    name: str
    state: State
    message: str


def check(
    folder: Path, cache: Path, level: Level = Level.sealed, wall_seconds: float = CHECK_SECONDS
) -> Iterator[Check]:
    """Try a submission; the first fault that makes the rest pointless is the last check.

    Args:
        folder: The submission's.
        cache: Folder of installed environments.
        level: How well it is sealed off.
        wall_seconds: For each of the short runs.

    Raises:
        SubmissionError: Its manifest, files or lock are wrong.
        SandboxError: This machine cannot seal it off.
    """
    submission = Submission(folder)
    yield Check("manifest", State.ok, f"{submission.manifest.name} {submission.manifest.version}")
    is_refused = False
    for finding in scan(submission):
        state = State.wrong if finding.severity is Severity.error else State.look
        is_refused |= state is State.wrong
        yield Check("source", state, f"{finding.place}: {finding.message}")
    if is_refused:
        return
    attestation = attest(level)
    yield Check("sandbox", State.ok, f"{attestation.level}, {len(attestation.probes)} probes denied")
    limits = replace(submission.limits(), wall_seconds=wall_seconds)
    yield from _runs(submission, environment(submission, cache), limits, level)


def create(name: str, parent: Path) -> Path:
    """Make a submission that runs, to write one's own from.

    Raises:
        SubmissionError: It is there, or has a name that submissions cannot have.
    """
    folder = parent / check_slug(name)
    if folder.exists():
        raise SubmissionError(f"{folder}: is there already: choose another name, or delete it")
    with folder_written_whole(folder) as temporary:
        for path in sorted(SKELETON.glob("*.*")):
            text = path.read_text(encoding="utf-8").replace("NAME", name)
            (temporary / path.name).write_text(text, encoding="utf-8")
    return folder


def _runs(submission: Submission, packages: Environment, limits: Limits, level: Level) -> Iterator[Check]:
    run_once = partial(_run, submission, packages, limits, level)
    first = run_once()
    yield _judged("run", first)
    if first.verdict is not Verdict.completed:
        return
    yield _projected(first, submission)
    again, other = run_once(seed=1), run_once(seed=2)
    yield _seeded(submission, first, again, other)
    yield _asynchronous(first, partial(run_once, workers=_WORKERS))
    for problem in submission.manifest.problems[1:]:
        yield _judged(f"{problem} track", run_once(problem=problem))


def _run(
    submission: Submission,
    packages: Environment,
    limits: Limits,
    level: Level,
    *,
    seed: int = 1,
    workers: int = 1,
    problem: Problem | None = None,
) -> Outcome:
    return run(
        Code.of(submission),
        packages,
        limits,
        EmulatedTruth().evaluate,
        # as a run is told it, so that nothing inside can tell the two apart
        Budget(seconds=BUDGET_SECONDS, evaluations=BUDGET_EVALUATIONS),
        seed=seed,
        training_seed=0,
        workers=workers,
        conditions=Conditions(problem or submission.manifest.problems[0]),
        level=level,
        stop_after=EVALUATIONS,
    )


def _judged(name: str, outcome: Outcome) -> Check:
    progress = f"{len(outcome.trajectory)} evaluations"
    if outcome.verdict is Verdict.completed:
        best = 1 - outcome.trajectory.val_accuracy.max()
        return Check(name, State.ok, f"{progress}, best validation error {best:.2%}")
    output = outcome.output.strip()
    printed = f"\nit printed:\n{output}" if output else ""
    return Check(
        name, State.wrong, f"{outcome.verdict} after {progress}: {_own_frames(outcome.detail)}{printed}"
    )


def _own_frames(detail: str) -> str:
    """A traceback without the frames before the submission's first; other details as they are."""
    first, separator, rest = detail.partition(f'  File "{SUBMISSION}/')
    head = first.partition("\n")[0] + "\n" if separator else first
    return f"{head}{separator}{rest}".strip()


def _asynchronous(first: Outcome, run_with_workers: Callable[[], Outcome]) -> Check:
    """Whether it does without the results of open evaluations; `first` is its run with one worker."""
    name = f"{_WORKERS} workers"
    if first.is_function:
        return Check(name, State.ok, "not tried: a function takes part with one worker alone")
    return _judged(name, run_with_workers())


def _seeded(submission: Submission, first: Outcome, again: Outcome, other: Outcome) -> Check:
    """Whether the seed decides and nothing else does; `again` has the seed of `first`."""
    for outcome in (again, other):
        if outcome.verdict is not Verdict.completed:
            return _judged("seed", outcome)
    same = first.trajectory.genotypes == again.trajectory.genotypes
    if submission.manifest.deterministic and not same:
        return Check(
            "seed",
            State.wrong,
            "two runs with equal seeds and results propose different genotypes: draw all random numbers from "
            "the seed, or declare deterministic = false",
        )
    if first.trajectory.genotypes == other.trajectory.genotypes:
        return Check("seed", State.look, "seeds 1 and 2 give equal proposals: is the seed used?")
    message = "equal seeds give equal proposals" if same else "declared as not deterministic"
    return Check("seed", State.ok, message)


def _projected(outcome: Outcome, submission: Submission) -> Check:
    """Whether the declared processor time is enough for a whole run, if every evaluation costs the same."""
    usage, limits = outcome.usage, submission.limits()
    times = longest(submission.manifest.problems[0]) / float(outcome.trajectory.clock[-1])
    whole, evaluations = usage.cpu_seconds * times, round(len(outcome.trajectory) * times)
    message = (
        f"{usage.cpu_seconds:.1f} s of processor time and {usage.memory_mb:.0f} MiB; at this pace "
        f"{evaluations:,} evaluations take {whole:.0f} s; declared are {limits.cpu_seconds} s and "
        f"{limits.memory_mb} MiB"
    )
    return Check("resources", State.ok if whole <= limits.cpu_seconds else State.look, message)
