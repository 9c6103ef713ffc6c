"""What claims say of each saboteur, as a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from nb301.releases.report import ClaimVerdict
from validation.claims import claims_about
from validation.judging import family_of
from validation.saboteurs.catalogue import SABOTEURS, sabotaged, verdict

_ABOUT = """# Saboteurs

Surrogates with one fault each, and the claims that fail for them: **those that must catch it**, and others.
Every quick claim was asked, of the slow ones those that must. Made by
`python -m validation.saboteurs --out docs/saboteurs.md`.

| saboteur | fault | caught by | missed by those that must |
|---|---|---|---|"""


def matrix(cache: Path, report: Callable[[str], None] = lambda _: None) -> dict[str, dict[str, ClaimVerdict]]:
    """Verdicts by saboteur and claim: of all quick claims, and of those that must catch it."""
    verdicts: dict[str, dict[str, ClaimVerdict]] = {}
    for name, saboteur in SABOTEURS.items():
        subject = sabotaged(name, cache)
        claims = claims_about(subject.table.truth, family_of(subject), subject.trained_on)
        asked = [claim.id for claim in claims if not claim.slow or claim.id in saboteur.caught_by]
        verdicts[name] = {claim_id: verdict(subject, claim_id) for claim_id in asked}
        report(name)
    return verdicts


def page(verdicts: Mapping[str, Mapping[str, ClaimVerdict]]) -> str:
    """The matrix as Markdown, a row for each saboteur."""
    lines = [_ABOUT]
    for name, verdict_of in verdicts.items():
        saboteur = SABOTEURS[name]
        caught, missed = [], list(saboteur.caught_by)
        for claim, said in verdict_of.items():
            if said is not ClaimVerdict.fails:
                continue
            if claim in missed:
                missed.remove(claim)
                caught.append(f"**{claim}**")
            else:
                caught.append(claim)
        lines.append(f"| {name} | {saboteur.fault} | {', '.join(caught)} | {', '.join(missed) or 'none'} |")
    return "\n".join(lines) + "\n"
