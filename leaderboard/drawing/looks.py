"""Looks of entries: the hue and the dashes that an entry has on all charts, tracks and themes, for good."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

#: Entries in the order in which they were first published; later ones are appended, so that no look changes.
_PUBLISHED = (
    "rs",
    *("re", "catcma", "nevergrad-portfolio", "de", "bananas", "tpe", "smac"),
    *("nevergrad-cma", "ls", "optuna-gp", "optuna-tpe", "combo", "pymoo-nsga2", "bohb"),
    *("re-lce", "ls-lce", "dehb", "hyperband", "asha"),
)
#: As many as the style sheet has; `hue-0` to `hue-7`, `dash-0` to `dash-3`.
HUES, DASHES = 8, 4


@dataclass(frozen=True, slots=True)
class Look:
    """Hue and dashes, each by its number."""

    hue: int
    dash: int

    @property
    def classes(self) -> str:
        """Classes of the style sheet, which has colours for both themes."""
        return f"hue-{self.hue} dash-{self.dash}"


def look_of(entry: str) -> Look:
    """The look of an entry, that of its name's hash if it is not published yet; random search is grey.

    Args:
        entry: Its slug.
    """
    if entry in _PUBLISHED:
        number = _PUBLISHED.index(entry)
    else:
        number = int.from_bytes(sha256(entry.encode()).digest()[:4], "big")
    if number == 0:
        return Look(0, 0)
    return Look(1 + (number - 1) % (HUES - 1), (number - 1) // (HUES - 1) % DASHES)
