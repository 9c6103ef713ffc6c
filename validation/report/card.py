"""The report card: verdicts and figures of every subject on one HTML page that needs no other file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from nb301.extras import require
from nb301.files import write_text
from validation.places import CARD
from validation.report.as_json import Results, threshold_text, value_text


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

    from validation.report.figures import figures

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"value": value_text, "threshold": threshold_text}
    template = environment.from_string(CARD.read_text(encoding="utf-8"))
    cards = [
        {
            "name": each.subject.name,
            "key": each.subject.key,
            "table": f"{each.subject.table.name}-v{each.subject.table.version}",
            "truth": each.subject.table.truth,
            "passes": each.passes(),
            "counts": Counter((entry["kind"], entry["verdict"]) for entry in each.entries()),
            "entries": each.entries(),
            "figures": list(figures(each.subject, with_runs=_ran(each))),
        }
        for each in results
        if each.measured
    ]
    write_text(path, template.render(cards=cards))


def _ran(results: Results) -> bool:
    return any(
        claim.measure.startswith("trajectories.area")
        for claim in results.claims
        if claim.id in results.measured
    )
