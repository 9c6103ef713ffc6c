"""The report: what every claim about every subject came to, as JSON and as a table for the terminal."""

from __future__ import annotations

import json
import math
import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nb301.files import write_text
from validation.claims import Claim
from validation.intervals import BOOTSTRAP
from validation.judging import Measurement, family_of
from validation.subject import Subject

FORMAT = 2
NOT_RUN = "not run"
#: Names of the properties in which tests record a measured claim and the running of a check.
CLAIM, CHECK = "nb301.claim", "nb301.check"
#: Tests of a release that are no claims of the paper, by name.
CHECKS = ("frozen_metrics",)

#: What a claim reports before it is measured: absent numbers, and a verdict that is never green.
_NOT_MEASURED: Mapping[str, Any] = {
    "value": None,
    "interval": None,
    "n": None,
    "ceiling": None,
    "also": {},
    "note": "",
    "verdict": NOT_RUN,
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

    def entries(self) -> list[dict[str, Any]]:
        """One entry for each claim, in the order of their file."""
        family = family_of(self.subject)
        return [
            {**claim.to_dict(family), **_NOT_MEASURED, **self.measured.get(claim.id, {})}
            for claim in self.claims
        ]

    def passes(self) -> bool:
        """Whether every gate holds or does not apply, and every check of a release has passed."""
        gates = [entry["verdict"] for entry in self.entries() if entry["kind"] == "gate"]
        checks = [self.checks.get(check, NOT_RUN) == "passed" for check in CHECKS]
        return all(verdict in {"holds", "not applicable"} for verdict in gates) and (
            self.subject.release is None or all(checks)
        )

    def to_dict(self) -> dict[str, Any]:
        """The subject's part of the JSON report."""
        return {
            "name": self.subject.name,
            "release_hash": self.subject.key,
            "truth": self.subject.table.truth,
            "table": self.subject.table.content_hash,
            "passes": self.passes(),
            "claims": self.entries(),
            "checks": {check: self.checks.get(check, NOT_RUN) for check in CHECKS},
        }


def measured_entry(measurement: Measurement) -> dict[str, Any]:
    """A measurement as plain JSON: an undefined or infinite number or interval becomes null."""
    found = asdict(measurement.measured)
    interval = [float(bound) for bound in measurement.measured.interval]
    found["interval"] = interval if all(map(math.isfinite, interval)) else None
    found["also"] = {name: _defined(float(value)) for name, value in found["also"].items()}
    return {key: _defined(value) for key, value in found.items()} | {"verdict": measurement.verdict}


def write_report(path: Path, results: Sequence[Results]) -> None:
    """Write the JSON report, whole or not at all."""
    report = {
        "format": FORMAT,
        "releases": [each.to_dict() for each in results],
        "bootstrap": {"method": "percentile", "distances": "triangle inequality", **asdict(BOOTSTRAP)},
        "libraries": _versions(),
    }
    write_text(path, json.dumps(report, indent=2, allow_nan=False) + "\n")


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
    return [head, *(_row(each.subject.name, entry) for each in results for entry in each.entries())]


def summary(results: Sequence[Results]) -> Iterator[str]:
    """A line for each subject, and what the ceiling means."""
    for each in results:
        counts = Counter((entry["kind"], entry["verdict"]) for entry in each.entries())
        parts = [
            f"{kind}s: " + ", ".join(f"{n} {verdict}" for (k, verdict), n in counts.items() if k == kind)
            for kind in ("gate", "comparison")
            if any(k == kind for k, _ in counts)
        ]
        outcome = "passes" if each.passes() else "does not pass"
        yield f"{each.subject.name} {outcome} ({'; '.join(parts)})"
    for truth in sorted({each.subject.table.truth for each in results}):
        yield f"Ground truth: {truth}. Ceiling: what its noise-free mean scores on the same rows."


def value_text(value: float | None) -> str:
    """A value for people."""
    return "-" if value is None else f"{value:.4g}" if abs(value) >= 100 else f"{value:.4f}"


def threshold_text(entry: Mapping[str, Any]) -> str:
    """A threshold for people, such as `>= 0.817`."""
    sign = ">=" if entry["direction"] == "at_least" else "<="
    return f"{sign} {entry['threshold']:g} {entry['unit']}".strip()


def _row(name: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        name,
        entry["id"],
        entry["kind"],
        entry["symbol"],
        value_text(entry["value"]),
        _interval_text(entry["interval"]),
        threshold_text(entry),
        value_text(entry["ceiling"]),
        entry["verdict"],
    )


def _interval_text(interval: Sequence[float] | None) -> str:
    if interval is None:
        return "-"
    return "exact" if interval[0] == interval[1] else " to ".join(map(value_text, interval))


def _defined(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:  # xgboost has two names, and a checkout of nb301 is not installed
            continue
    return versions
