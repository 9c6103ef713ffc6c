"""The record of a run: what it was a run of, how it ended, and its incumbents."""

from __future__ import annotations

import math
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from leaderboard.legible import legible
from leaderboard.problems import Problem
from leaderboard.runs.key import RunKey, Sha256, Slug
from leaderboard.runs.proposals import NEW
from leaderboard.sandbox.messages import Verdict
from leaderboard.sandbox.process import Usage
from nb301.optimizers.base import EPOCHS
from nb301.records import DescribedRecord
from nb301.space import CELL_NAMES, NODES, Genotype, Op

#: Text of strangers: whoever wrote the record, nothing in it is hidden.
Legible = Annotated[str, AfterValidator(legible)]
Fraction = Annotated[float, Field(ge=0, le=1)]


def _genotypes() -> re.Pattern[str]:
    """The pattern of genotypes as text: reading them takes thirty times as long."""
    op = "|".join(Op.__members__)
    group = 0
    cells = []
    for name in CELL_NAMES:
        nodes = []
        for node in NODES:
            group += 1  # that of the node's first input, which differs from its second
            nodes.append(rf"(?:{op})@([0-{node - 1}])\+(?:{op})@(?!\{group})[0-{node - 1}]")
        cells.append(f"{name}:{'/'.join(nodes)}")
    return re.compile(",".join(cells))


_GENOTYPE = _genotypes()


def _check_genotype(text: str) -> None:
    if not _GENOTYPE.fullmatch(text):
        Genotype.parse(text)  # says what is wrong


class ReleaseReference(DescribedRecord):
    """The release that answered a run's queries."""

    name: Slug
    release_hash: Sha256
    """SHA-256 of its manifest."""
    truth: str
    """The ground truth that its numbers rest on."""
    family: str
    random_only: bool
    """Whether its models saw random search's rows alone."""


class Entry(DescribedRecord):
    """What a submission says of itself, for people."""

    name: Legible
    version: Legible
    reference: Legible
    families: Annotated[tuple[str, ...], Field(min_length=1)]
    """Families of models that it fits."""
    deterministic: bool
    """Whether equal seeds and results give equal proposals, as it declares."""
    used_benchmark_data: bool
    """Whether results of this benchmark went into its design or settings, as it declares."""


class Incumbents(DescribedRecord):
    """The evaluations that became the incumbent, in order; columns of equal length.

    Where multiply-adds count, too, those that no earlier one was better than in both, as observed.
    """

    evaluation: tuple[int, ...]
    """Number of the evaluation in the run, from 0."""
    clock_seconds: tuple[float, ...]
    """Simulated seconds from the run's start to the evaluation's end."""
    val_accuracy: tuple[Fraction, ...]
    """Observed, with noise: what the optimizer was told, and chose the incumbent by. Fractions."""
    mean: tuple[Fraction, ...]
    """Noise-free ensemble mean of the same architecture, fractions."""
    judged: tuple[Fraction, ...]
    """What is scored, see `releases.judged`: noise-free by the ground truth, where that can be asked."""
    multiply_adds: tuple[Annotated[int, Field(ge=0)], ...]
    """Of the same architecture's network, for one image; exact."""
    genotype: tuple[str, ...]
    """Text form of the architecture."""

    @model_validator(mode="after")
    def _ordered(self) -> Incumbents:
        for name in type(self).model_fields:
            if len(getattr(self, name)) != len(self.mean):
                raise ValueError("columns are of different lengths")
        if list(self.evaluation) != sorted(set(self.evaluation)):
            raise ValueError("evaluation must rise from row to row")
        # equal architectures that begin together end together
        if list(self.clock_seconds) != sorted(self.clock_seconds):
            raise ValueError("clock_seconds must not fall from row to row")
        for text in self.genotype:
            _check_genotype(text)
        return self


class Recommendation(DescribedRecord):
    """What a submission recommends in the end, where it does: it counts in place of the last incumbent."""

    genotype: str
    mean: Fraction
    """Noise-free ensemble mean, fraction."""
    judged: Fraction
    """What is scored, see `Incumbents.judged`."""

    @model_validator(mode="after")
    def _readable(self) -> Recommendation:
        _check_genotype(self.genotype)
        return self


class Unfinished(DescribedRecord):
    """A proposal that was open when the run ended."""

    genotype: str
    epochs: Annotated[int, Field(ge=1, le=EPOCHS)] = EPOCHS
    """See `proposals.Proposal`."""
    resumes: Annotated[int, Field(ge=NEW)] = NEW

    @model_validator(mode="after")
    def _readable(self) -> Unfinished:
        _check_genotype(self.genotype)
        return self


class Support(DescribedRecord):
    """How many of a run's queries were far from the architectures that the release was fitted on."""

    queries: Annotated[int, Field(ge=1)]
    """Evenly spaced over the run."""
    unfamiliar: Annotated[int, Field(ge=0)]


class Origin(DescribedRecord):
    """Where and when a run was made: no part of what it is."""

    grouped: bool
    """Whether a control group limited the submission, too."""
    canary: str
    """SHA-256 of what the canaries found; empty where none was tried."""
    nb301: str
    """Versions of nb301, numpy and Python."""
    numpy: str
    python: str
    machine: str
    started: str
    """UTC, ISO 8601."""
    ended: str


class Run(DescribedRecord):
    """One run of one submission on one release, however it ended."""

    format: Literal[5] = 5
    """Of the record: raised when a field changes."""
    cell: RunKey
    entry: Entry
    release: ReleaseReference
    conflicts: tuple[str, ...]
    """Families that the submission shares with the release's surrogate: shown then, and not counted."""
    verdict: Verdict
    """How it ended."""
    detail: Legible
    """What happened, in the author's terms; empty if the run was completed."""
    output: Legible
    """End of what the submission printed."""
    evaluations: Annotated[int, Field(ge=0)]
    """How many ended within the budget, or before the fault."""
    ended_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """Simulated seconds from the run's start to the end of its last evaluation; 0 without one."""
    incumbents: Incumbents
    unfinished: tuple[Unfinished, ...]
    """What was open when the run ended, in the order of proposals."""
    recommendation: Recommendation | None
    support: Support | None
    """None where the release's table is not at hand, or nothing was evaluated."""
    trace_hash: Sha256
    """See `Trace.hash`."""
    usage: Usage
    """Of the submission's process."""
    origin: Origin

    @model_validator(mode="after")
    def _consistent(self) -> Run:
        if self.release.release_hash != self.cell.release_hash:
            raise ValueError("release and cell have different release hashes")
        if bool(self.evaluations) != bool(self.incumbents.mean):
            raise ValueError("a run has incumbents if and only if it has evaluations")
        if self.ended_seconds < max(self.incumbents.clock_seconds, default=0.0):
            raise ValueError(f"ended_seconds is {self.ended_seconds}, before the last incumbent")
        if self.cell.problem is Problem.accuracy:
            accuracies = self.incumbents.val_accuracy
            if list(accuracies) != sorted(set(accuracies)):
                raise ValueError("val_accuracy must rise from row to row")
        used = (self.usage.cpu_seconds, self.usage.memory_mb, self.usage.wall_seconds)
        for amount in used:
            if not 0 <= amount < math.inf:
                raise ValueError(f"usage is not negative and finite, got {self.usage}")
        return self

    @property
    def has_failed(self) -> bool:
        """Whether a fault ended it."""
        return self.verdict is not Verdict.completed

    @property
    def place(self) -> str:
        """For messages: entry, release and seed."""
        return f"{self.cell.submission} on {self.release.name}, seed {self.cell.seed} ({self.cell.id[:12]})"
