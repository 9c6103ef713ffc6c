"""Recording: from a run that has ended, however it did, to its record and its trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leaderboard.entries.submission import Submission, SubmissionManifest
from leaderboard.runs.key import RunKey
from leaderboard.runs.record import Entry, Incumbents, Origin, Recommendation, Run, Support
from leaderboard.runs.releases import release_reference
from leaderboard.runs.session import Outcome
from leaderboard.runs.trace import Trace
from nb301.benchmark import Benchmark
from nb301.errors import DataMissing
from nb301.optimizers import Objective, Trajectory
from nb301.optimizers.objectives import Evaluated
from nb301.space import Genotype

#: Queries of a run that are compared with the release's table; each takes a millisecond.
_SUPPORT = 100


class Proposals:
    """An objective that notes the order of proposals, those that never finish among them.

    Args:
        objective: What answers.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        #: By architecture and training seed, which tell a proposal from all others.
        self._genotypes: dict[tuple[bytes, int], Genotype] = {}

    def __call__(self, genotype: Genotype, seed: int) -> Evaluated | Mapping[str, Any]:
        """Ask the objective."""
        self._genotypes[genotype.canonical_code, seed] = genotype
        return self._objective(genotype, seed)

    def numbers(self, trajectory: Trajectory) -> NDArray[np.int64]:
        """Number of the proposal that each evaluation was, from 0, shape (n,)."""
        order = dict(zip(self._genotypes, count(), strict=False))
        return np.array([order[key] for key in _keys(trajectory)], dtype=np.int64)

    def unfinished(self, trajectory: Trajectory) -> tuple[str, ...]:
        """Proposals that are not in a trajectory, in their order: text forms."""
        finished = set(_keys(trajectory))
        return tuple(str(genotype) for key, genotype in self._genotypes.items() if key not in finished)


def recorded(
    cell: RunKey,
    submission: Submission,
    benchmark: Benchmark,
    outcome: Outcome,
    proposals: Proposals,
    origin: Origin,
) -> tuple[Run, Trace]:
    """The record and the trace of a run, however it ended."""
    release = release_reference(benchmark.release.manifest)
    trace = Trace.of(outcome.trajectory, proposals.numbers(outcome.trajectory))
    recommendation = None
    if outcome.recommendation is not None:
        mean = benchmark.query(outcome.recommendation).mean
        recommendation = Recommendation(genotype=str(outcome.recommendation), mean=mean)
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
        incumbents=incumbents(outcome.trajectory, benchmark),
        unfinished=proposals.unfinished(outcome.trajectory),
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


def incumbents(trajectory: Trajectory, benchmark: Benchmark) -> Incumbents:
    """The incumbents of a run with their observed accuracy and their noise-free ensemble mean."""
    chosen = np.unique(trajectory.incumbents)
    genotypes = _genotypes(trajectory, chosen)
    means = benchmark.query(genotypes).mean.tolist() if genotypes else []
    return Incumbents(
        evaluation=tuple(chosen.tolist()),
        clock_seconds=tuple(trajectory.clock[chosen].tolist()),
        val_accuracy=tuple(trajectory.val_accuracy[chosen].tolist()),
        mean=tuple(means),
        genotype=tuple(map(str, genotypes)),
    )


def support(trajectory: Trajectory, benchmark: Benchmark) -> Support | None:
    """How many of a run's queries were unfamiliar; None without a query, or where the table is missing."""
    if not len(trajectory):
        return None
    chosen = np.unique(np.linspace(0, len(trajectory) - 1, _SUPPORT).astype(int))
    try:
        answers = benchmark.familiarity(_genotypes(trajectory, chosen))
    except DataMissing:
        return None
    if any(answer.is_familiar is None for answer in answers):
        return None
    return Support(queries=len(answers), unfamiliar=sum(not answer.is_familiar for answer in answers))


def _genotypes(trajectory: Trajectory, indices: NDArray[np.intp]) -> list[Genotype]:
    return [trajectory.genotypes[index] for index in indices]


def _keys(trajectory: Trajectory) -> Iterator[tuple[bytes, int]]:
    for genotype, seed in zip(trajectory.genotypes, trajectory.seeds.tolist(), strict=True):
        yield genotype.canonical_code, seed
