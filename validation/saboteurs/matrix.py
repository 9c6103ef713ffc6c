"""What claims say of each saboteur, as a page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from nb301.files import sha256, write_text
from nb301.releases.report import ClaimKind, ClaimVerdict
from validation.claims import Claim, claims_about
from validation.code_hash import code_hash
from validation.judging import family_of
from validation.saboteurs.catalogue import SABOTEURS, sabotaged, verdict
from validation.saboteurs.saboteur import Saboteur, Spoiled
from validation.subject import Subject

_ABOUT = """# Saboteurs

Surrogates with one fault each, and the gates that fail for them: in **bold** those that must, then how many
others do, by their groups. Every quick claim was asked, of the slow ones those that must catch. A saboteur
spoils the oracle, which knows the truth and passes every gate (`validation/test_oracle.py`); where the fault
needs members or files it spoils a release, which may fail gates for reasons of its own. Of comparisons, which
stop nothing, only those that must catch are named. Made by
`python -m validation.saboteurs --out docs/saboteurs.md`.
"""
#: A line of it, and what is said in its place where less was asked.
_ASKED = "others do, by their groups. Every quick claim was asked, of the slow ones those that must catch."
_ASKED_QUICK = (
    "others do, by their groups. Only quick claims that must catch a saboteur were asked (`--quick`)."
)
_HEADING = """
## Of {what}

| saboteur | fault | caught by | other gates | missed by |
|---|---|---|---|---|
"""

#: Whose code decides what is said of any saboteur.
_JUDGING = (
    "validation.judging",
    "validation.measures",
    "validation.saboteurs.oracle",
    "validation.saboteurs.stand_in",
)

#: Claims that were asked about a saboteur, and what they said.
Verdicts = Mapping[str, tuple[Claim, ClaimVerdict]]


def matrix(
    cache: Path, report: Callable[[str], None] = lambda _: None, *, quick: bool = False
) -> dict[str, Verdicts]:
    """Verdicts by saboteur and claim; those of each saboteur are kept, so that another call goes on.

    Args:
        cache: Folder of what is fitted and run for claims, and of verdicts.
        report: Called with each saboteur's name.
        quick: Ask the quick ones of those that must catch it, and not all quick ones and all of those.
    """
    verdicts: dict[str, Verdicts] = {}
    for name, saboteur in SABOTEURS.items():
        subject = sabotaged(name, cache)
        asked = []
        for claim in claims_about(subject.table.truth, family_of(subject), subject.trained_on):
            must = claim.id in saboteur.caught_by
            if (must and not claim.slow) if quick else (must or not claim.slow):
                asked.append(claim)
        verdicts[name] = _verdicts(name, subject, asked, cache)
        report(name)
    return verdicts


def _verdicts(name: str, subject: Subject, claims: Sequence[Claim], cache: Path) -> Verdicts:
    """What claims say of a saboteur; as it was kept where claims and code are the same."""
    code = code_hash(SABOTEURS[name].make.__module__, *_JUDGING)
    about = [code, subject.key, *map(repr, claims)]
    path = cache / "saboteurs" / f"{name}-{sha256(json.dumps(about).encode())[:16]}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {claim.id: (claim, ClaimVerdict(kept[claim.id])) for claim in claims}
    said = {claim.id: (claim, verdict(subject, claim.id)) for claim in claims}
    write_text(
        path, json.dumps({claim_id: said_of[1] for claim_id, said_of in said.items()}, indent=1) + "\n"
    )
    return said


def page(verdicts: Mapping[str, Verdicts], *, quick: bool = False) -> str:
    """The matrix as Markdown: a table for each kind of what is spoiled, a row for each saboteur."""
    text = _ABOUT.replace(_ASKED, _ASKED_QUICK) if quick else _ABOUT
    for what in Spoiled:
        rows = []
        for name, said in verdicts.items():
            if SABOTEURS[name].spoils is what:
                rows.append(_row(name, SABOTEURS[name], said))
        if rows:
            text += _HEADING.format(what=what.value) + "\n".join(rows) + "\n"
    return text


def _row(name: str, saboteur: Saboteur, said: Verdicts) -> str:
    failed = [claim for claim, verdict in said.values() if verdict is ClaimVerdict.fails]
    ids = {claim.id for claim in failed}
    must = [f"**{claim_id}**" for claim_id in saboteur.caught_by if claim_id in ids]
    must += [f"{claim_id} (not asked)" for claim_id in saboteur.caught_by if claim_id not in said]
    missed = [claim_id for claim_id in saboteur.caught_by if claim_id in said and claim_id not in ids]
    others = (
        claim for claim in failed if claim.kind is ClaimKind.gate and claim.id not in saboteur.caught_by
    )
    cells = (name, saboteur.fault, ", ".join(must), _counted(others), ", ".join(missed) or "none")
    return f"| {' | '.join(cells)} |"


def _counted(claims: Iterable[Claim]) -> str:
    """How many claims, and how many of each group, such as `3: covers (2), no_bias`."""
    groups = Counter(claim.group for claim in claims)
    if not groups:
        return "none"
    names = [f"{group} ({count})" if count > 1 else group for group, count in groups.items()]
    return f"{groups.total()}: {', '.join(names)}"
