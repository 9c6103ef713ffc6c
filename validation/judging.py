"""Measuring a claim on a subject: a verdict out of what came out and the threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from validation.claims import Claim
from validation.intervals import BOOTSTRAP, Interval
from validation.measures import MEASURES, Measured
from validation.subject import Subject

Verdict = Literal["holds", "fails", "undecided"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """What came out for one claim, in the claim's unit.

    Args:
        measured: Value, interval and what belongs to them.
        verdict: See `judge`.
    """

    measured: Measured
    verdict: Verdict


def measure(claim: Claim, subject: Subject) -> Measurement:
    """Measure a claim.

    Raises:
        NotApplicable: The subject, its table or its truth does not have what the claim is about.
    """
    found = _scaled(MEASURES[claim.measure](subject, **claim.parameters), claim.scale)
    return Measurement(found, judge(claim, found.value, found.interval, family_of(subject)))


def family_of(subject: Subject) -> str | None:
    """The family that thresholds are chosen by; None for a foreign surrogate."""
    return None if subject.release is None else subject.release.manifest.family


def judge(claim: Claim, value: float, interval: Interval, family: str | None) -> Verdict:
    """Decide by the interval alone whether a claim holds.

    Returns:
        `holds` if the whole interval satisfies the threshold, `fails` if none of it does or the value
        is undefined, `undecided` if it straddles the threshold or is itself undefined.
    """
    if math.isnan(value):
        return "fails"
    if any(math.isnan(bound) for bound in interval):
        return "undecided"
    met = [claim.is_met_by(bound, family) for bound in interval]
    return "holds" if all(met) else "undecided" if any(met) else "fails"


def explain(claim: Claim, measurement: Measurement, family: str | None) -> str:
    """One line: what the source says, what was measured, the verdict."""
    found = measurement.measured
    low, high = found.interval
    interval = "exact" if low == high else f"{100 * BOOTSTRAP.level:g} % interval {low:.4f} to {high:.4f}"
    return (
        f"{claim.source}: {claim.bound(family)}; measured {found.value:.4f} "
        f"({interval}, n = {found.n}): {measurement.verdict}"
    )


def _scaled(found: Measured, scale: float) -> Measured:
    return replace(
        found,
        value=found.value * scale,
        interval=Interval(*(bound * scale for bound in found.interval)),
        ceiling=None if found.ceiling is None else found.ceiling * scale,
    )
