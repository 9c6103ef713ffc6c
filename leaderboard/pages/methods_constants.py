"""Constants of the computation, as the page on methods lists them: nothing else goes into its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from leaderboard.ranking import pairs, references, scores, statistics
from leaderboard.ranking.core import CORE
from leaderboard.ranking.rows import BASELINE


class Constant(NamedTuple):
    """A constant by the name that the page's formulas have for it."""

    name: str
    #: To all digits.
    value: str
    meaning: str


def computing() -> Iterator[Constant]:
    """The constants, in the order in which the page needs them."""
    yield Constant("START", repr(scores.START), "Simulated seconds from which the anytime score looks.")
    yield Constant("EARLY", repr(scores.EARLY_START), "The same of the early score.")
    yield Constant("DECADES", repr(scores.FEWEST_DECADES), "Decades of a budget that both look at, at least.")
    yield Constant(
        "MARGIN",
        repr(references.MARGIN),
        "How far beyond the reference front an architecture adds to a hypervolume, as a share of its range.",
    )
    yield Constant("BASELINE", BASELINE, "The entry that speed-up is measured against: random search.")
    yield Constant("LEVEL", repr(statistics.LEVEL), "Of all intervals and comparisons.")
    yield Constant("DRAWS", repr(statistics.DRAWS), "Resamples of seeds.")
    yield Constant("SEED", repr(statistics.BOOTSTRAP_SEED), "Of the generator that draws them.")
    yield Constant("ROUNDING", repr(statistics.ROUNDING), "Differences and errors up to it are rounding.")
    yield Constant(
        "NEGLIGIBLE",
        repr(statistics.NEGLIGIBLE),
        "A resample's spread up to it is rounding, too, as a share of the largest deviation of a value.",
    )
    yield Constant(
        "MANY", repr(statistics.MANY_VALUES), "Values of which a mean has Student's interval, at least."
    )
    yield Constant("CORE", " ".join(sorted(CORE)), "The core set, by the names of folders.")
    yield Constant("FEWEST", repr(statistics.FEWEST_SEEDS), "Seeds below which no two are told apart.")
    yield Constant(
        "MANY_PAIRS",
        repr(statistics.MANY_PAIRS),
        "Pairs of the core set up to which they are resampled; beyond, Bonferroni's bound is taken.",
    )
    yield Constant(
        "EQUIVALENT", repr(pairs.EQUIVALENT), "Points of error up to which entries are equal in practice."
    )
    yield Constant("POWER", repr(statistics.POWER), "With which the seeds needed tell a pair apart.")
    yield Constant("ALL_PAIRS", repr(pairs.ALL_PAIRS), "Entries up to which all pairs are listed.")
    yield Constant("NEAR", repr(pairs.NEAR), "Of more entries, how far apart listed ones are in the order.")
    yield Constant("TARGETS", repr(len(scores.TARGETS)), "Targets of regret, from 1 to 0.01.")
