"""Names of entries for people: entries are told apart by their slugs, also where two have one name."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from leaderboard.runs.record import Run


def names_of(runs: Iterable[Run]) -> dict[str, str]:
    """Name of each entry, as its last run has it, by slug; see `told_apart`."""
    ordered = sorted(runs, key=lambda run: (run.origin.ended, run.cell.id))
    return told_apart({run.cell.submission: run.entry.name for run in ordered})


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Names by slug, no two alike: those that look alike have their slugs behind them."""
    apart = dict(sorted(names.items()))
    while True:
        times = Counter(map(_look, apart.values()))
        alike = [slug for slug, name in apart.items() if times[_look(name)] > 1]
        if not alike:
            return apart
        # with its slug, one may now be called what another is
        for slug in alike:
            apart[slug] = f"{apart[slug]} ({slug})"


def _look(name: str) -> str:
    """What readers tell names by: not the case of letters, nor spaces and signs that take no room."""
    normal = unicodedata.normalize("NFKC", name)
    visible = "".join(sign for sign in normal if unicodedata.category(sign) != "Cf")
    return " ".join(visible.casefold().split())
