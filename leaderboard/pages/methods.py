"""The page on methods: what is assumed, how scores come about, and what they can claim."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leaderboard.inside import canary
from leaderboard.pages.data import runs_path
from leaderboard.pages.entries.pages import run_path
from leaderboard.pages.methods_example import example_of
from leaderboard.ranking import scores, standings, statistics
from leaderboard.ranking.references import Reference
from leaderboard.rendering.content import Site
from leaderboard.rendering.described import Constants, constants
from leaderboard.rendering.page import Page
from leaderboard.runs.campaign import SALT_BITS, SEED_BITS
from leaderboard.runs.record import ReleaseReference
from leaderboard.sandbox.seccomp import REFUSED
from nb301.places import EMULATED_TRUTH, LANDSCAPE
from nb301.space import CELL_NAMES, Op
from nb301.surrogates import FAMILIES
from nb301.truth import emulated
from nb301.truth.base import described


@dataclass(frozen=True, slots=True)
class Assumption:
    """Constants of the emulated ground truth, and where they come from."""

    constants: Constants

    @property
    def origin(self) -> str:
        """Whether the values are published, assumed, or some of both."""
        found = [word for word in ("Published", "Assumed") if word in self.constants.comment]
        return " and ".join(found).lower()


@dataclass(frozen=True, slots=True)
class Linear:
    """The linear description of the published surrogate's landscape."""

    #: Its file's comment: how it was fitted, and what the features are.
    comment: str
    intercept: float
    #: Weights of the normal and the reduction cell, by feature.
    single: Mapping[str, tuple[float, ...]]
    #: Weights by op, by cell and feature.
    by_op: Mapping[tuple[str, str], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Measured:
    """A release, and what its scores are measured against."""

    release: ReleaseReference
    reference: Reference


def methods_page(site: Site) -> Page:
    """Make `methods.html`."""
    context = {
        "truth": described(emulated.EmulatedTruth()),
        "assumptions": assumptions(),
        "linear": linear(),
        "ops": [op.name for op in Op],
        "rankings": site.rankings,
        "example": example_of(site.rankings[0], site.references) if site.rankings else None,
        "measured": _measured(site),
        "inference": statistics,
        "measures": scores,
        "salt_bits": SALT_BITS,
        "seed_bits": SEED_BITS,
        "ranking": standings,
        "same_family": {name: sorted(family.conflicts) for name, family in FAMILIES.items()},
        "probes": {name: probe.__doc__ for name, probe in canary.PROBES.items()},
        "refused": REFUSED,
        "run_path": run_path,
        "runs_path": runs_path,
    }
    return Page("methods.html", "methods.html.j2", context)


def assumptions() -> list[Assumption]:
    """The constants of the emulated ground truth that shape its results, in the order of its source."""
    source = EMULATED_TRUTH.read_text(encoding="utf-8")
    return [Assumption(each) for each in constants(source)]


def linear() -> Linear:
    """Read the linear description."""
    text = LANDSCAPE.read_text(encoding="utf-8")
    comment = "\n".join(
        line.removeprefix("#").removeprefix(" ") for line in text.split("\n\nintercept")[0].split("\n")
    )
    weights = tomllib.loads(text)
    features: dict[str, Any] = weights[CELL_NAMES[0]]
    return Linear(
        comment=comment,
        intercept=weights["intercept"],
        single={
            feature: tuple(weights[cell][feature] for cell in CELL_NAMES)
            for feature, weight in features.items()
            if not isinstance(weight, dict)
        },
        by_op={
            (cell, feature): tuple(weights[cell][feature][op.name] for op in Op)
            for feature, weight in features.items()
            if isinstance(weight, dict)
            for cell in CELL_NAMES
        },
    )


def _measured(site: Site) -> list[Measured]:
    """Releases of all tracks, each once, in their order."""
    found = {board.release.name: board.release for each in site.rankings for board in each.boards}
    return [Measured(release, site.references[release.release_hash]) for release in found.values()]
