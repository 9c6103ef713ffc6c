"""The validation report: what `pytest validation --report FILE` wrote, read and nothing more.

Validation and leaderboard meet in this file alone; entries that the page does not use are passed over.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from leaderboard.errors import ReportError
from nb301.errors import one_line
from nb301.parsing import parse_object, read_bytes
from nb301.records import PartialRecord, first_wrong

#: Bytes of one; all embedded releases' take 400,000.
_MOST_BYTES = 2**28
Verdict = Literal["holds", "fails", "undecided", "not run", "not applicable"]


class Claim(PartialRecord):
    """One claim about one release; what was not measured is None."""

    id: str
    statement: str
    #: What was measured, and its unit; empty where it has none.
    symbol: str
    unit: str
    #: A gate has to hold for publication, a comparison is told.
    kind: Literal["gate", "comparison"]
    value: float | None
    interval: tuple[float, float] | None
    n: int | None
    threshold: float
    direction: Literal["at_least", "at_most"]
    verdict: Verdict
    #: What a perfect surrogate would reach against the noise of the table.
    ceiling: float | None
    source: str
    reason: str
    #: Why it does not apply, or what was different; empty for most.
    note: str = ""


class ValidatedRelease(PartialRecord):
    """A release with its claims."""

    name: str
    release_hash: str
    truth: str
    claims: tuple[Claim, ...]


class Report(PartialRecord):
    """A validation report."""

    format: Literal[2]
    releases: tuple[ValidatedRelease, ...]


def read_report(path: Path) -> Report:
    """Read a report.

    Raises:
        ReportError: It cannot be read, or is of another format; names the entry.
    """
    try:
        return Report.model_validate(parse_object(read_bytes(path, _MOST_BYTES)))
    except OSError as error:
        raise ReportError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        why = first_wrong(error) if isinstance(error, ValidationError) else one_line(str(error))
        raise ReportError(
            f"{path}: not a validation report of format 2 ({why}): write one with "
            "`pytest validation --report FILE`"
        ) from None
