"""Recording: from a run that has ended, however it did, to its record and its trace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leaderboard.entries.submission import Submission, SubmissionManifest
from leaderboard.problems import Problem
from leaderboard.runs.fronts import entering
from leaderboard.runs.key import RunKey
from leaderboard.runs.proposals import Proposal
from leaderboard.runs.record import Entry, Incumbents, Origin, Recommendation, Run, Support, Unfinished
from leaderboard.runs.releases import judged, release_reference
from leaderboard.runs.session import Outcome
from leaderboard.runs.trace import Trace
from nb301.benchmark import Benchmark
from nb301.cost import cost_many
from nb301.errors import DataMissing
from nb301.optimizers import Trajectory
from nb301.space import Genotype, to_codes

#: Queries of a run that are compared with the release's table; each takes a millisecond.
SUPPORT_QUERIES = 100


def recorded(
    cell: RunKey,
    submission: Submission,
    benchmark: Benchmark,
    outcome: Outcome,
    origin: Origin,
) -> tuple[Run, Trace]:
    """The record and the trace of a run, however it ended."""
    release = release_reference(benchmark.release.manifest)
    trace = Trace.of(outcome.trajectory, outcome.proposals)
    recommendation = None
    if outcome.recommendation is not None:
        recommendation = recommended(outcome.recommendation, benchmark)
    run = Run(
        cell=cell,
        entry=entry_of(submission.manifest),
        release=release,
        conflicts=tuple(submission.conflicts_with(release.family)),
        verdict=outcome.verdict,
        detail=outcome.detail,
        output=outcome.output,
        evaluations=len(trace),
        ended_seconds=float(trace.clock[-1]) if len(trace) else 0.0,
        incumbents=incumbents(outcome.trajectory, benchmark, cell.problem),
        unfinished=tuple(map(_unfinished, outcome.proposals.unfinished)),
        recommendation=recommendation,
        support=support(outcome.trajectory, benchmark),
        trace_hash=trace.hash,
        usage=outcome.usage,
        origin=origin,
    )
    return run, trace


def entry_of(manifest: SubmissionManifest) -> Entry:
    """The part of a submission's manifest that a record repeats."""
    return Entry(
        name=manifest.name,
        version=manifest.version,
        reference=manifest.reference,
        families=tuple(manifest.model_use.families),
        deterministic=manifest.deterministic,
        used_benchmark_data=manifest.prior_knowledge.used_benchmark_data,
    )


def incumbents(trajectory: Trajectory, benchmark: Benchmark, problem: Problem) -> Incumbents:
    """The incumbents of a run with their observed and their noise-free accuracies."""
    costs = cost_many(to_codes(trajectory.genotypes), benchmark.network)[:, 1]
    both_count = problem is Problem.multi_objective
    chosen = entering(trajectory.val_accuracy, costs) if both_count else np.unique(trajectory.incumbents)
    genotypes = _genotypes(trajectory, chosen)
    means = benchmark.query(genotypes).mean.tolist() if genotypes else []
    return Incumbents(
        evaluation=tuple(chosen.tolist()),
        clock_seconds=tuple(trajectory.clock[chosen].tolist()),
        val_accuracy=tuple(trajectory.val_accuracy[chosen].tolist()),
        mean=tuple(means),
        judged=tuple(judged(benchmark, genotypes).tolist()),
        multiply_adds=tuple(costs[chosen].tolist()),
        genotype=tuple(map(str, genotypes)),
    )


def recommended(genotype: Genotype, benchmark: Benchmark) -> Recommendation:
    """A recommendation with what it is worth."""
    mean, scored = benchmark.query(genotype).mean, float(judged(benchmark, [genotype])[0])
    return Recommendation(genotype=str(genotype), mean=mean, judged=scored)


def support(trajectory: Trajectory, benchmark: Benchmark) -> Support | None:
    """How many of a run's queries were unfamiliar; None without a query, or where the table is missing."""
    if not len(trajectory):
        return None
    chosen = np.unique(np.linspace(0, len(trajectory) - 1, SUPPORT_QUERIES).astype(int))
    try:
        answers = benchmark.familiarity(_genotypes(trajectory, chosen))
    except DataMissing:
        return None
    if any(answer.is_familiar is None for answer in answers):
        return None
    return Support(queries=len(answers), unfamiliar=sum(not answer.is_familiar for answer in answers))


def _genotypes(trajectory: Trajectory, indices: NDArray[np.intp]) -> list[Genotype]:
    return [trajectory.genotypes[index] for index in indices]


def _unfinished(proposal: Proposal) -> Unfinished:
    return Unfinished(genotype=str(proposal.genotype), epochs=proposal.epochs, resumes=proposal.resumes)
