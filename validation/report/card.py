"""The report card: verdicts and figures of every subject on one HTML page that needs no other file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nb301.extras import require
from nb301.files import write_text
from nb301.releases.report import ClaimKind, ClaimVerdict, ReportedClaim
from nb301.truth.base import rests_on
from validation.places import CARD
from validation.prepare import needed_runs
from validation.report.as_json import Results, not_run_text, threshold_text, value_text
from validation.searches import PlannedRuns

_OPEN = (ClaimVerdict.fails, ClaimVerdict.undecided)


def require_extra() -> None:
    """Check that what draws the figures is installed, before anything is measured.

    Raises:
        MissingExtra: It is not.
    """
    for module in ("jinja2", "altair", "vl_convert"):
        require(module, "validation")


def write_card(path: Path, results: Sequence[Results]) -> None:
    """Write the page, whole or not at all; see `require_extra`."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"value": value_text, "threshold": threshold_text}
    template = environment.from_string(CARD.read_text(encoding="utf-8"))
    cards = [_shown(result) for result in results if result.measured]
    write_text(path, template.render(cards=cards))


def _shown(result: Results) -> dict[str, Any]:
    """What the page shows of a subject."""
    from validation.report.figures import figures

    subject, claims = result.subject, result.entries()
    return {
        "name": subject.name,
        "key": subject.key,
        "table": f"{subject.table.name}-v{subject.table.version}",
        "truth": subject.table.truth,
        "rests_on": rests_on(subject.table.truth),
        "passes": result.passes(),
        "counts": Counter((claim.kind, claim.verdict) for claim in claims),
        "not_run": [not_run_text(n, reason) for reason, n in result.not_run().items()],
        "entries": claims,
        "open": _open(claims),
        "figures": list(figures(subject, _runs(result))),
    }


def _open(claims: Sequence[ReportedClaim]) -> list[tuple[str, list[ReportedClaim]]]:
    """Claims that were measured and do not hold, under a title each kind."""
    lists = []
    for kind in ClaimKind:
        entries = [claim for claim in claims if claim.kind is kind and claim.verdict in _OPEN]
        if entries:
            lists.append((f"{kind.capitalize()}s that do not hold", entries))
    return lists


def _runs(result: Results) -> list[PlannedRuns]:
    """Runs that were made for claims that were measured."""
    measured = [claim for claim in result.claims if claim.id in result.measured]
    return needed_runs(measured, result.subject)
