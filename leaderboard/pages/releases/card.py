"""The report card of a release: what its claims came to, and which of its gates do not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from leaderboard.rendering import wording
from nb301.releases.report import ClaimKind, ClaimVerdict, ReportedClaim

_PLURALS = {ClaimVerdict.holds: "hold", ClaimVerdict.fails: "fail"}
#: What is shown at once of gates, in that order.
_UNMET = (ClaimVerdict.fails, ClaimVerdict.undecided)


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim about a release, for people."""

    claim: ReportedClaim
    sign: str
    #: Value with its interval, and what was asked; a dash where nothing was measured.
    measured: str
    needed: str


@dataclass(frozen=True, slots=True)
class Card:
    """All claims of one kind, one at least."""

    kind: ClaimKind
    rows: tuple[ClaimRow, ...]
    #: Such as `12 hold, 3 undecided`.
    counts: str
    #: Signs of the verdicts that there are.
    signs: dict[ClaimVerdict, str]


def cards(claims: Sequence[ReportedClaim]) -> list[Card]:
    """A card for each kind that there are claims of, gates first."""
    cards = []
    for kind in ClaimKind:
        of_kind = [claim for claim in claims if claim.kind is kind]
        if of_kind:
            verdicts = Counter(map(attrgetter("verdict"), of_kind))
            signs = {verdict: verdict.sign for verdict in ClaimVerdict if verdicts[verdict]}
            cards.append(Card(kind, tuple(map(_row, of_kind)), _counts(verdicts), signs))
    return cards


def gates(claims: Sequence[ReportedClaim]) -> Counter[ClaimVerdict]:
    """How many gates have come to each verdict."""
    return Counter(claim.verdict for claim in claims if claim.kind is ClaimKind.gate)


def unmet(claims: Sequence[ReportedClaim]) -> list[ClaimRow]:
    """Gates that fail, then those that are undecided."""
    found = [claim for claim in claims if claim.kind is ClaimKind.gate and claim.verdict in _UNMET]
    return list(map(_row, sorted(found, key=lambda claim: _UNMET.index(claim.verdict))))


def _row(claim: ReportedClaim) -> ClaimRow:
    measured = wording.NONE
    if claim.value is not None:
        measured = f"{claim.value:.4g}"
        if claim.interval is not None and claim.interval[0] != claim.interval[1]:
            measured += f" ({claim.interval[0]:.4g} to {claim.interval[1]:.4g})"
    needed = f"{claim.direction.sign} {claim.threshold:g} {claim.unit}".strip()
    return ClaimRow(claim, claim.verdict.sign, measured, needed)


def _counts(verdicts: Counter[ClaimVerdict]) -> str:
    parts = []
    for verdict in ClaimVerdict:
        if verdicts[verdict]:
            word = _PLURALS.get(verdict, verdict)
            parts.append(f"{verdicts[verdict]} {word}")
    return ", ".join(parts)
