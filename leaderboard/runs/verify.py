"""Verification computes all that a stored run says again, from release, salt and seed, and compares.

Answers are equal to the last bit on every processor: a run verifies anywhere, or was changed. What cannot
be computed, such as processor times, must be what the ledger noted when the run was stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from leaderboard.entries.submission import Submission, conflicting
from leaderboard.errors import RunError
from leaderboard.problems import Problem
from leaderboard.runs.campaign import Campaign
from leaderboard.runs.plan import Task
from leaderboard.runs.record import Run
from leaderboard.runs.recording import entry_of, incumbents, recommended, support
from leaderboard.runs.releases import release_reference
from leaderboard.runs.replay import Replay, proposals_of, replay
from leaderboard.runs.runner import execute
from leaderboard.runs.store import Store
from leaderboard.runs.trace import Trace
from leaderboard.sandbox.limits import Level
from leaderboard.sandbox.messages import VERSION, Verdict
from nb301 import tables
from nb301.benchmark import Benchmark
from nb301.errors import GenotypeError, ProposalError, ReleaseError
from nb301.optimizers import Trajectory
from nb301.optimizers.base import EPOCHS
from nb301.space import Genotype

#: Verdicts that fall before the first proposal, while there is budget left, and after it is spent.
_BEFORE = {Verdict.crash_import, Verdict.crash_build}
_WITHIN = _BEFORE | {Verdict.crash_ask}
_AFTER = {Verdict.completed, Verdict.crash_recommend, Verdict.asked_after_budget}
_SHA256 = re.compile("[0-9a-f]{64}")


def verify(
    run: Run, store: Store, benchmark: Benchmark, submission: Submission | None = None
) -> tuple[str, ...]:
    """Compare a stored run with what can be computed, and with what the ledger noted.

    Args:
        run: Its record, as the store has it.
        store: Holds its trace, the campaign and the ledger.
        benchmark: Its release.
        submission: Whose run it is, if that is at hand; passed over if its files are others.

    Returns:
        What is wrong, a sentence each; none where the run is what it says.

    Raises:
        RunFileError: The trace, the campaign or the ledger cannot be read.
        RunError: The release is another one.
    """
    trace, campaign = store.trace(run.cell.id), store.campaign()
    if benchmark.release.release_hash != run.cell.release_hash:
        raise RunError(
            f"{run.place}: was made on a release {run.release.name} of hash {run.cell.release_hash}, but the "
            f"one at hand has {benchmark.release.release_hash}: give its folder with --release"
        )
    faults = [
        *_ledger(run, store),
        *_conditions(run, campaign, benchmark),
        *_contents(run, trace, campaign, benchmark),
        *_origin(run),
    ]
    if submission is not None and submission.tree_hash == run.cell.tree_hash:
        faults += _declared(run, submission)
    return tuple(faults)


def rerun(run: Run, task: Task) -> tuple[str, ...]:
    """Make a run again and compare the evaluations; sentences as `verify` returns."""
    again, _ = execute(task)
    if again.trace_hash == run.trace_hash:
        return ()
    declared = "deterministic" if run.entry.deterministic else "not deterministic"
    difference = (
        f"run again, its {again.evaluations:,} evaluations have hash {again.trace_hash}, stored are "
        f"{run.evaluations:,} of {run.trace_hash} (declared as {declared})"
    )
    return (difference,)


def _ledger(run: Run, store: Store) -> Iterator[str]:
    lines = [line for line in store.noted() if line.run == run.cell.id]
    if not lines:
        yield f"{store.ledger.path} does not name it"
        return
    noted = lines[-1]
    if noted.record != store.record_hash(run.cell.id):
        yield f"run.json was changed: {store.ledger.path} has SHA-256 {noted.record}"
    if noted.trace != run.trace_hash:
        yield f"trace_hash is {run.trace_hash}, but {store.ledger.path} has {noted.trace}"


def _conditions(run: Run, campaign: Campaign, benchmark: Benchmark) -> Iterator[str]:
    """The key of the run, and the release."""
    if run.cell.protocol != VERSION:
        yield f"cell.protocol is {run.cell.protocol}, but what can be verified here is {VERSION}"
    if run.cell.campaign != campaign.id:
        yield f"cell.campaign is {run.cell.campaign}, but the salt at hand has {campaign.id}"
    release = release_reference(benchmark.release.manifest)
    for name in type(release).model_fields:
        stored, true = getattr(run.release, name), getattr(release, name)
        if stored != true:
            yield f"release.{name} is {stored!r}, but the release says {true!r}"
    conflicts = conflicting(run.entry.families, release.family)
    if run.conflicts != tuple(conflicts):
        yield f"conflicts are {[*run.conflicts]}, but those of entry.families and release are {conflicts}"


def _contents(run: Run, trace: Trace, campaign: Campaign, benchmark: Benchmark) -> Iterator[str]:
    if trace.hash != run.trace_hash:
        yield f"the trace was changed: its hash is {trace.hash}, the record has {run.trace_hash}"
    if len(trace) != run.evaluations:
        yield f"the trace has {len(trace):,} evaluations, the record {run.evaluations:,}"
    if run.ended_seconds != (float(trace.clock[-1]) if len(trace) else 0.0):
        yield f"ended_seconds is {run.ended_seconds!r}, but the trace ends otherwise"
    try:
        proposals = proposals_of(trace, run.unfinished)
        trajectory = trace.trajectory()
    except GenotypeError as error:
        yield f"the trace has what is no genotype: {error}"
        return
    if proposals is None:
        yield "the trace's numbers are not those of proposals, from 0 to the last of unfinished"
        return
    try:
        replayed = replay(proposals, run.cell, campaign.training_seed(run.cell.seed), benchmark)
    except (ProposalError, ReleaseError) as error:
        yield f"the trace has what cannot have been trained: {error}"
        return
    yield from _paused(run, trace)
    yield from _answers(run, trace, replayed)
    yield from _ended(run, replayed, len(proposals))
    yield from _scored(run, trajectory, benchmark)


def _paused(run: Run, trace: Trace) -> Iterator[str]:
    """Trainings that pause, where there are none."""
    whole = {EPOCHS, *(trace.epochs.tolist()), *(proposal.epochs for proposal in run.unfinished)} == {EPOCHS}
    if not whole and run.cell.problem is not Problem.multi_fidelity:
        yield f"there are trainings of other than {EPOCHS} epochs, but cell.problem is {run.cell.problem}"


def _answers(run: Run, trace: Trace, replayed: Replay) -> Iterator[str]:
    """Evaluations start when a worker is free, and those that would end too late are not in the trace."""
    ended = replayed.trajectory
    if len(trace) > run.cell.budget_evaluations or (trace.clock > run.cell.budget_seconds).any():
        yield "evaluations lie beyond the budget"
    if len(ended) != len(trace):
        yield f"of the proposals {len(ended):,} end within the budget, but the trace has {len(trace):,}"
        return
    if replayed.ended != trace.number.tolist() or not np.array_equal(ended.clock, trace.clock):
        yield f"the clock does not follow from the runtimes with {run.cell.workers} workers"
    if not np.array_equal(trace.training_seed, ended.seeds):
        yield "training seeds are not those that salt, seed and repetitions give"
    for name in ("val_accuracy", "runtime"):
        stored, computed = getattr(trace, name), getattr(ended, name)
        differing = np.flatnonzero(stored != computed)
        if differing.size:
            first = differing[0]
            yield (
                f"{name} of {differing.size:,} evaluations is not the release's, first of evaluation "
                f"{first}: stored {stored[first]!r}, computed {computed[first]!r}"
            )


def _ended(run: Run, replayed: Replay, proposals: int) -> Iterator[str]:
    """Whether the run can have ended as its verdict says."""
    if replayed.is_spent and run.verdict in _WITHIN:
        yield f"verdict is {run.verdict}, but the budget was spent"
    if not replayed.is_spent and run.verdict in _AFTER:
        yield (
            f"verdict is {run.verdict}, but there was budget left after {run.evaluations:,} evaluations, and "
            f"{len(run.unfinished)} unfinished"
        )
    if run.verdict in _BEFORE and proposals:
        yield f"verdict is {run.verdict}, but there are proposals"
    if run.verdict is Verdict.crash_tell and not run.evaluations:
        yield f"verdict is {run.verdict}, but nothing was told"
    if (run.verdict is Verdict.completed) == bool(run.detail):
        yield f"verdict is {run.verdict}, but detail is {run.detail!r:.100}"
    if run.recommendation is not None and run.verdict is not Verdict.completed:
        yield f"verdict is {run.verdict}, but there is a recommendation"


def _scored(run: Run, trajectory: Trajectory, benchmark: Benchmark) -> Iterator[str]:
    computed, stored = incumbents(trajectory, benchmark, run.cell.problem), run.incumbents
    for name in ("evaluation", "clock_seconds", "val_accuracy", "multiply_adds", "genotype"):
        if getattr(computed, name) != getattr(stored, name):
            yield f"incumbents.{name} does not follow from the trace"
            return
    if computed.mean != stored.mean:
        yield "incumbents.mean is not the release's"
    if computed.judged != stored.judged:
        yield "incumbents.judged is not what the release's runs are scored by"
    if run.recommendation is not None:
        again = recommended(Genotype.parse(run.recommendation.genotype), benchmark)
        for name in ("mean", "judged"):
            value, true = getattr(run.recommendation, name), getattr(again, name)
            if value != true:
                yield f"recommendation.{name} is {value!r}, computed {true!r}"
    familiarity = support(trajectory, benchmark)
    # the release's table may not be at hand here, or may not have been where the run was made
    is_unknown = familiarity is None or (run.support is None and not _is_embedded(benchmark))
    if not (is_unknown and len(trajectory)) and familiarity != run.support:
        yield f"support is {run.support!r}, computed {familiarity!r}"


def _is_embedded(benchmark: Benchmark) -> bool:
    """Whether the table of a release is part of nb301, and so at hand everywhere."""
    table = benchmark.release.manifest.table
    return f"{table.name}-v{table.version}" in tables.names()


def _origin(run: Run) -> Iterator[str]:
    """Circumstances that are no part of the run; only impossible ones are wrong."""
    started, ended = map(_in_utc, (run.origin.started, run.origin.ended))
    if started is None or ended is None or ended < started:
        yield f"origin.started {run.origin.started!r}, origin.ended {run.origin.ended!r}: no span in UTC"
    if run.cell.level is Level.sealed and not _SHA256.fullmatch(run.origin.canary):
        yield "cell.level is sealed, but origin.canary says that no probe was tried"


def _declared(run: Run, submission: Submission) -> Iterator[str]:
    """The manifest of the submission that was run."""
    entry = entry_of(submission.manifest)
    for name in type(entry).model_fields:
        stored, true = getattr(run.entry, name), getattr(entry, name)
        if stored != true:
            yield f"entry.{name} is {stored!r}, but the submission says {true!r}"
    if run.cell.problem not in submission.manifest.problems:
        yield f"cell.problem is {run.cell.problem}, but the submission searches for others"
    if run.cell.submission != submission.slug:
        yield f"cell.submission is {run.cell.submission}, but these are the files of {submission.slug}"
    if run.cell.limits != submission.limits():
        yield f"cell.limits are {run.cell.limits}, but those of the submission {submission.limits()}"


def _in_utc(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.utcoffset() == timedelta(0) else None
