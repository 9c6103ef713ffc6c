"""The validation report: what `validation` writes, and publishing and the site read."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationError

from nb301.errors import one_line
from nb301.parsing import parse_object, read_bytes
from nb301.records import Record, first_wrong

FORMAT: Literal[2] = 2
#: What a check of a release reports that did not fail.
PASSED = "passed"
#: Id of the claim about the divergence from the distributions of five seeds.
DIVERGENCE = "divergence"
#: Group of the claims about ranking within cells of one depth: one for each number of edges.
TOPOLOGY_DEPTH = "topology_depth"

#: Bytes of a report; all embedded releases' take 507,000.
_MOST_BYTES = 2**28


class ClaimVerdict(StrEnum):
    """What a claim came to; in the order of the site's filters."""

    holds = "holds"
    fails = "fails"
    undecided = "undecided"
    not_applicable = "not applicable"
    not_run = "not run"

    @property
    def sign(self) -> str:
        """Stands beside the word, as verdicts are never told by colour alone."""
        return _SIGNS[self]

    @property
    def lets_publish(self) -> bool:
        """Whether a release is published with a gate of this verdict."""
        return self in {ClaimVerdict.holds, ClaimVerdict.not_applicable}


_SIGNS = {
    ClaimVerdict.holds: "✓",
    ClaimVerdict.fails: "✗",
    ClaimVerdict.undecided: "?",
    ClaimVerdict.not_applicable: "\N{EN DASH}",
    ClaimVerdict.not_run: "○",
}


class ClaimKind(StrEnum):
    """What a claim is for: a gate has to hold before a release is published, a comparison is told."""

    gate = "gate"
    comparison = "comparison"


class Direction(StrEnum):
    """On which side of its threshold a value has to be."""

    at_least = "at_least"
    at_most = "at_most"

    @property
    def sign(self) -> str:
        """For pages."""
        return "≥" if self is Direction.at_least else "≤"

    @property
    def ascii_sign(self) -> str:
        """For terminals."""
        return ">=" if self is Direction.at_least else "<="


class _ReportRecord(Record):
    """Keeps what it does not know, so that an archive has a later version's report whole."""

    model_config = ConfigDict(extra="allow")


class ReportedClaim(_ReportRecord):
    """What a claim about a release came to; what was not measured is None."""

    id: str
    statement: str
    symbol: str
    """What was measured, for people."""
    threshold: float
    """Of the release's family, in the unit."""
    direction: Direction
    source: str
    reason: str
    kind: ClaimKind
    unit: str
    """Of value, interval, threshold and ceiling; empty where they have none."""
    slow: bool
    """Whether it fits models or runs optimizers."""
    value: float | None
    interval: tuple[float, float] | None
    n: int | None
    """What the value was computed over: rows, architectures, draws or runs."""
    ceiling: float | None
    """What a perfect surrogate would reach against the noise of the table."""
    also: dict[str, float | None]
    """Further numbers for readers, by name."""
    note: str
    """Why it does not apply, or what was different; empty for most."""
    verdict: ClaimVerdict

    def variant_of(self, group: str) -> str | None:
        """For which value a claim of a group was declared; None for claims of other groups.

        Args:
            group: Id of the group.

        Returns:
            The value as text; None for claims of other groups.
        """
        prefix = claim_id(group, "")
        return self.id.removeprefix(prefix) if self.id.startswith(prefix) else None


class ValidatedRelease(_ReportRecord):
    """A release with its claims."""

    name: str
    release_hash: str
    truth: str
    table: str
    """Content hash."""
    passes: bool
    """Whether every gate lets it be published, and every check has passed."""
    claims: Annotated[tuple[ReportedClaim, ...], Field(min_length=1)]
    checks: dict[str, str]
    """Outcomes of tests that are no claims of the paper, by name."""


class ValidationReport(_ReportRecord):
    """A validation report."""

    format: Literal[2]
    releases: tuple[ValidatedRelease, ...]
    bootstrap: dict[str, str | int | float]
    """How intervals were made."""
    libraries: dict[str, str]
    """Versions by name."""

    def to_json(self) -> str:
        """The report as a file has it.

        Returns:
            Text that `read_report` reads.
        """
        return json.dumps(self.model_dump(mode="json"), indent=2, allow_nan=False) + "\n"


def claim_id(group: str, value: object) -> str:
    """The id of a claim that is one of a group, declared for one value."""
    return f"{group}_{value}"


def read_report(path: Path) -> ValidationReport:
    """Read a report.

    Args:
        path: A JSON file that `validation` wrote.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no report of this format; says in one line which entry is wrong.
    """
    try:
        return ValidationReport.model_validate(parse_object(read_bytes(path, _MOST_BYTES)))
    except ValidationError as error:
        raise ValueError(first_wrong(error)) from None
    except ValueError as error:
        raise ValueError(one_line(str(error))) from None
