"""The key of a run: equal keys give equal results, if the submission is deterministic."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StringConstraints

from leaderboard.problems import Problem
from leaderboard.sandbox.limits import Level, Limits
from nb301.files import sha256
from nb301.records import DescribedRecord

#: Names that become parts of paths and addresses.
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

#: Budget of a run, unless another is asked for: simulated seconds, which are 115 days of one GPU and about
#: 2,150 trainings, and evaluations.
BUDGET_SECONDS, BUDGET_EVALUATIONS = 1e7, 30_000


@dataclass(frozen=True, slots=True)
class Track:
    """The conditions that runs share to be ranked together."""

    #: Evaluations that are open at once.
    workers: int
    #: Simulated seconds.
    budget_seconds: float
    budget_evaluations: int
    problem: Problem = Problem.accuracy
    #: Whether ops, inputs and cells have other names in each seed, see `blind`.
    blind: bool = False

    @property
    def slug(self) -> str:
        """For addresses and paths, such as `1e6-seconds-30-workers`."""
        digits, _, exponent = f"{self.budget_seconds:.12e}".partition("e")
        parts = [f"{float(digits):g}e{int(exponent)}-seconds"]
        if self.budget_evaluations != BUDGET_EVALUATIONS:
            parts.append(f"{self.budget_evaluations}-evaluations")
        parts.append(f"{self.workers}-worker{'s' * (self.workers > 1)}")
        if self.problem is not Problem.accuracy:
            parts.append(self.problem)
        if self.blind:
            parts.append("blind")
        return "-".join(parts)


class RunKey(DescribedRecord):
    """Everything that decides a run's result."""

    protocol: int
    """`protocol.VERSION` at the time."""
    campaign: Sha256
    """SHA-256 of the salt that training seeds come from, see `campaign.Campaign`."""
    submission: Slug
    """Name of the submission's folder: renamed, it is another entry."""
    tree_hash: Sha256
    """SHA-256 of the submission's files, see `Submission.tree_hash`."""
    environment_hash: Sha256
    """SHA-256 of what it may import: locked packages, shim, library."""
    release_hash: Sha256
    """SHA-256 of the manifest of the release that answers."""
    seed: Annotated[int, Field(ge=0, lt=10**12)]
    """Run `s` of one entry is paired with run `s` of every other."""
    budget_seconds: Annotated[float, Field(gt=0)]
    """Simulated seconds."""
    budget_evaluations: Annotated[int, Field(ge=1)]
    """Evaluations at most, however short."""
    workers: Annotated[int, Field(ge=1)]
    """Evaluations that are open at once."""
    problem: Problem = Problem.accuracy
    """What is searched for, and what may be asked."""
    blind: bool = False
    """Whether ops, inputs and cells have other names, which follow from campaign and seed."""
    limits: Limits
    level: Level
    """A run that is not sealed off stands in for none that is."""

    @property
    def id(self) -> str:
        """SHA-256 of the key as JSON with sorted keys, without spaces: the name of its run."""
        content = self.model_dump(mode="json")
        return sha256(json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode())

    @property
    def track(self) -> Track:
        """What it is ranked in."""
        return Track(
            self.workers, self.budget_seconds, self.budget_evaluations, self.problem, blind=self.blind
        )

    @property
    def generation(self) -> tuple[object, ...]:
        """All but the seed: runs of one generation may stand in one row."""
        content = self.model_dump(mode="json", exclude={"seed"})
        return tuple(json.dumps(value, sort_keys=True) for value in content.values())
