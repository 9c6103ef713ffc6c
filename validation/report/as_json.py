"""The report: what every claim about every subject came to, as JSON and as a table for the terminal."""

from __future__ import annotations

import math
import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nb301.files import write_text
from nb301.releases.report import (
    FORMAT,
    PASSED,
    ClaimKind,
    ClaimVerdict,
    ReportedClaim,
    ValidatedRelease,
    ValidationReport,
)
from validation.claims import Claim
from validation.intervals import BOOTSTRAP
from validation.judging import Measurement, family_of
from validation.subject import Subject

#: Names of the properties in which tests record a measured claim and the running of a check.
CLAIM, CHECK = "nb301.claim", "nb301.check"
#: Tests of a release that was frozen here, which are no claims of the paper, by name.
CHECKS = ("frozen_metrics",)

#: What a claim reports before it is measured: absent numbers, and a verdict that is never green.
_NOT_MEASURED: Mapping[str, Any] = {
    "value": None,
    "interval": None,
    "n": None,
    "ceiling": None,
    "also": {},
    "note": "",
    "verdict": ClaimVerdict.not_run,
}
_LIBRARIES = ("nb301", "numpy", "scipy", "pandas", "torch", "xgboost", "xgboost-cpu", "lightgbm", "pytest")


@dataclass(frozen=True)
class Results:
    """A subject with the claims about it, and what has come out so far.

    Args:
        subject: What is validated.
        claims: All that are about it, measured or not.
        measured: Measured entries by claim id.
        checks: Outcomes by name: passed or failed.
    """

    subject: Subject
    claims: tuple[Claim, ...]
    measured: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)

    def entries(self) -> list[ReportedClaim]:
        """One entry for each claim, in the order of their file."""
        return list(map(self._entry, self.claims))

    def _entry(self, claim: Claim) -> ReportedClaim:
        declared = claim.to_dict(family_of(self.subject))
        return ReportedClaim(**{**declared, **_NOT_MEASURED, **self.measured.get(claim.id, {})})

    def passes(self) -> bool:
        """Whether every gate holds or does not apply, and every check of a release has passed."""
        for claim in self.entries():
            if claim.kind is ClaimKind.gate and not claim.verdict.lets_publish:
                return False
        is_checked = {*self._outcomes().values()} <= {PASSED}
        return self.subject.release is None or is_checked

    def not_run(self) -> Counter[str]:
        """How many claims could not be run, by the reason; those that nobody wanted to run are left out."""
        notes: Counter[str] = Counter()
        for claim in self.entries():
            if claim.verdict is ClaimVerdict.not_run and claim.note:
                notes[claim.note] += 1
        return notes

    def to_record(self) -> ValidatedRelease:
        """The subject's part of the report."""
        return ValidatedRelease(
            name=self.subject.name,
            release_hash=self.subject.key,
            truth=self.subject.table.truth,
            table=self.subject.table.content_hash,
            passes=self.passes(),
            claims=tuple(self.entries()),
            checks=self._outcomes(),
        )

    def _outcomes(self) -> dict[str, str]:
        release = self.subject.release
        was_measured = release is None or release.manifest.metrics is not None
        return dict.fromkeys(CHECKS if was_measured else (), ClaimVerdict.not_run.value) | self.checks


def measured_entry(measurement: Measurement) -> dict[str, Any]:
    """A measurement as plain JSON: an undefined or infinite number or interval becomes null."""
    measured = measurement.measured
    interval = list(map(float, measured.interval))
    return {
        "value": _defined(measured.value),
        "interval": interval if all(map(math.isfinite, interval)) else None,
        "n": measured.n,
        "ceiling": _defined(measured.ceiling),
        "also": {name: _defined(float(number)) for name, number in measured.also.items()},
        # a plain string, as xdist sends no other
        "verdict": measurement.verdict.value,
    }


def write_report(path: Path, results: Sequence[Results]) -> None:
    """Write the JSON report, whole or not at all."""
    report = ValidationReport(
        format=FORMAT,
        releases=tuple(map(Results.to_record, results)),
        bootstrap={
            "method": "percentile",
            "distances": "triangle inequality",
            "means of runs": "Student's t",
            **asdict(BOOTSTRAP),
        },
        libraries=_versions(),
    )
    write_text(path, report.to_json())


def table_rows(results: Sequence[Results]) -> list[tuple[str, ...]]:
    """The table for the terminal, cells as text, the head first and the verdict last."""
    head = (
        "subject",
        "claim",
        "kind",
        "statistic",
        "value",
        "95 % interval",
        "threshold",
        "ceiling",
        "verdict",
    )
    rows: list[tuple[str, ...]] = [head]
    for result in results:
        rows += [_row(result.subject.name, claim) for claim in result.entries()]
    return rows


def summary(results: Sequence[Results]) -> Iterator[str]:
    """A line for each subject, one for what it could not be asked and why, and what the ceiling means."""
    for result in results:
        outcome = "passes" if result.passes() else "does not pass"
        yield f"{result.subject.name} {outcome} ({'; '.join(_counts(result))})"
        for reason, n in result.not_run().items():
            yield not_run_text(n, reason)
    for truth in sorted({result.subject.table.truth for result in results}):
        yield f"Ground truth: {truth}. Ceiling: what its noise-free mean scores on the same rows."


def _counts(result: Results) -> Iterator[str]:
    """Such as `gates: 12 holds, 3 undecided`."""
    claims = result.entries()
    for kind in ClaimKind:
        verdicts = Counter(claim.verdict for claim in claims if claim.kind is kind)
        if verdicts:
            yield f"{kind}s: " + ", ".join(f"{n} {verdict}" for verdict, n in verdicts.items())


def not_run_text(n: int, reason: str) -> str:
    """Such as `21 claims were not run: release NAME was fitted on ...`."""
    return f"{n} {'claim was' if n == 1 else 'claims were'} not run: {reason}"


def value_text(value: float | None) -> str:
    """A value for people."""
    return "-" if value is None else f"{value:.4g}" if abs(value) >= 100 else f"{value:.4f}"


def threshold_text(claim: ReportedClaim) -> str:
    """A threshold for people, such as `>= 0.817`."""
    return f"{claim.direction.ascii_sign} {claim.threshold:g} {claim.unit}".strip()


def _row(name: str, claim: ReportedClaim) -> tuple[str, ...]:
    return (
        name,
        claim.id,
        claim.kind,
        claim.symbol,
        value_text(claim.value),
        _interval_text(claim.interval),
        threshold_text(claim),
        value_text(claim.ceiling),
        claim.verdict,
    )


def _interval_text(interval: Sequence[float] | None) -> str:
    if interval is None:
        return "-"
    return "exact" if interval[0] == interval[1] else " to ".join(map(value_text, interval))


def _defined(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:  # xgboost has two names, and a checkout of nb301 is not installed
            continue
    return versions
