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
    """Names by slug, no two alike: of those that look alike each has its slug behind it."""
    found = dict(sorted(names.items()))
    while True:
        times = Counter(map(_look, found.values()))
        alike = [slug for slug, name in found.items() if times[_look(name)] > 1]
        if not alike:
            return found
        # what gets its slug may now be what another one is called
        found |= {slug: f"{found[slug]} ({slug})" for slug in alike}


def _look(name: str) -> str:
    """What readers may tell names by: not upper from lower case, nor spaces and signs that take no room."""
    visible = "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf")
    return " ".join(visible.casefold().split())
