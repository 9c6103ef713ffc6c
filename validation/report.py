"""The report: what every claim of every release came to, as JSON and as a table for the terminal."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nb301.files import write_text
from nb301.releases import Release
from validation.claims import STATISTICS, Claim
from validation.measure import BOOTSTRAP, Measurement

FORMAT = 1
NOT_RUN = "not run"
#: Names of the properties in which tests record a measured claim and the running of a check.
CLAIM, CHECK = "nb301.claim", "nb301.check"
#: Tests of a release that are no claims of the paper, by name.
CHECKS = ("frozen_metrics",)

#: What a claim reports before it is measured: absent numbers, and a verdict that is never green.
_NOT_MEASURED = {"value": None, "interval": None, "n": None, "ceiling": None, "verdict": NOT_RUN}
_LIBRARIES = ("nb301", "numpy", "scipy", "pandas", "xgboost", "xgboost-cpu", "lightgbm", "pytest")


@dataclass(frozen=True)
class Subject:
    """A release with the claims about it, and what has come out so far.

    Args:
        release: What is validated.
        claims: All that have to hold, measured or not.
        measured: Measured entries by claim id.
        checks: Outcomes by name: passed or failed.
    """

    release: Release
    claims: tuple[Claim, ...]
    measured: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)

    def entries(self) -> list[dict[str, Any]]:
        """One entry for each claim, in the order of their file."""
        return [{**claim.to_dict(), **self.measured.get(claim.id, _NOT_MEASURED)} for claim in self.claims]

    def to_dict(self) -> dict[str, Any]:
        """The release's part of the JSON report."""
        return {
            "name": self.release.name,
            "release_hash": self.release.release_hash,
            "truth": self.release.manifest.truth,
            "claims": self.entries(),
            "checks": {check: self.checks.get(check, NOT_RUN) for check in CHECKS},
        }


def measured_entry(measured: Measurement) -> dict[str, Any]:
    """A measurement as plain JSON: an undefined number or interval becomes null."""
    entry = asdict(measured)
    interval = [float(bound) for bound in measured.interval]
    entry["interval"] = None if any(map(math.isnan, interval)) else interval
    return {key: _defined(value) for key, value in entry.items()}


def write_report(path: Path, subjects: Sequence[Subject]) -> None:
    """Write the JSON report, whole or not at all."""
    report = {
        "format": FORMAT,
        "releases": [subject.to_dict() for subject in subjects],
        "bootstrap": {"method": "percentile", "resampled": "test rows", **asdict(BOOTSTRAP)},
        "libraries": _versions(),
    }
    write_text(path, json.dumps(report, indent=2, allow_nan=False) + "\n")


def table_rows(subjects: Sequence[Subject]) -> list[tuple[str, ...]]:
    """The table for the terminal, cells as text, the head first and the verdict last."""
    head = (
        "release",
        "claim",
        "statistic",
        "value",
        "95 % interval",
        "threshold",
        "ceiling",
        "source",
        "verdict",
    )
    return [head, *(_row(subject.release.name, entry) for subject in subjects for entry in subject.entries())]


def _row(release: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    interval = entry["interval"]
    return (
        release,
        entry["id"],
        STATISTICS[entry["statistic"]].symbol,
        _number(entry["value"]),
        "-" if interval is None else " to ".join(map(_number, interval)),
        f"{'>=' if entry['direction'] == 'at_least' else '<='} {entry['threshold']}",
        _number(entry["ceiling"]),
        entry["source"],
        entry["verdict"],
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _defined(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:  # xgboost has two names, and a checkout of nb301 is not installed
            continue
    return versions
