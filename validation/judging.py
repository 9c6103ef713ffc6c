"""Measuring a claim on a subject: a verdict out of what came out and the threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from nb301.releases.report import ClaimVerdict
from validation.claims import Claim
from validation.intervals import BOOTSTRAP, Interval
from validation.measures import MEASURES, Measured
from validation.subject import Subject


@dataclass(frozen=True, slots=True)
class Measurement:
    """What came out for one claim, in the claim's unit.

    Args:
        measured: Value, interval and what belongs to them.
        verdict: See `judge`.
    """

    measured: Measured
    verdict: ClaimVerdict


def measure(claim: Claim, subject: Subject) -> Measurement:
    """Measure a claim.

    Raises:
        NotApplicable: The subject, its table or its truth does not have what the claim is about.
    """
    measured = _scaled(MEASURES[claim.measure].function(subject, **claim.parameters), claim.scale)
    return Measurement(measured, judge(claim, measured.value, measured.interval, family_of(subject)))


def family_of(subject: Subject) -> str | None:
    """The family that thresholds are chosen by; None for a foreign surrogate."""
    return None if subject.release is None else subject.release.manifest.family


def judge(claim: Claim, value: float, interval: Interval, family: str | None) -> ClaimVerdict:
    """Decide by the interval alone whether a claim holds.

    Returns:
        `holds` if the whole interval satisfies the threshold, `fails` if none of it does or the value
        is undefined, `undecided` if it straddles the threshold or is itself undefined.
    """
    if math.isnan(value):
        return ClaimVerdict.fails
    if any(map(math.isnan, interval)):
        return ClaimVerdict.undecided
    met = [claim.is_met_by(bound, family) for bound in interval]
    if all(met):
        return ClaimVerdict.holds
    return ClaimVerdict.undecided if any(met) else ClaimVerdict.fails


def explain(claim: Claim, measurement: Measurement, family: str | None) -> str:
    """One line: what the source says, what was measured, the verdict."""
    measured = measurement.measured
    low, high = measured.interval
    interval = "exact" if low == high else f"{100 * BOOTSTRAP.level:g} % interval {low:.4f} to {high:.4f}"
    return (
        f"{claim.source}: {claim.bound(family)}; measured {measured.value:.4f} "
        f"({interval}, n = {measured.n}): {measurement.verdict}"
    )


def _scaled(measured: Measured, scale: float) -> Measured:
    low, high = measured.interval
    return replace(
        measured,
        value=measured.value * scale,
        interval=Interval(low * scale, high * scale),
        ceiling=None if measured.ceiling is None else measured.ceiling * scale,
    )
