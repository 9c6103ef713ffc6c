"""The page on methods: what is assumed, how scores come about, and what they can claim."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leaderboard.inside import canary
from leaderboard.pages.data import runs_path
from leaderboard.pages.methods_example import example_of
from leaderboard.ranking import pairs, scores, statistics
from leaderboard.ranking.references import Reference
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site, run_path
from leaderboard.rendering.described import Constants, constants
from leaderboard.rendering.page import Page
from leaderboard.runs.campaign import SALT_BITS, SEED_BITS
from leaderboard.runs.record import ReleaseReference
from leaderboard.sandbox.seccomp import REFUSED
from nb301.places import EMULATED_TRUTH, LANDSCAPE
from nb301.releases import Manifest, find, names
from nb301.space import CELL_NAMES, Op
from nb301.truth import emulated
from nb301.truth.base import described, rests_on


@dataclass(frozen=True, slots=True)
class Assumption:
    """Constants of the emulated ground truth, and where they come from."""

    constants: Constants

    @property
    def origin(self) -> str:
        """Whether the values are published, assumed, or some of both."""
        words = [word for word in ("Published", "Assumed") if word in self.constants.comment]
        return " and ".join(words).lower()


@dataclass(frozen=True, slots=True)
class LinearDescription:
    """The linear description of the published surrogate's landscape."""

    #: Its file's comment: how it was fitted, and what the features are.
    comment: str
    intercept: float
    #: Weights of the normal and the reduction cell, by feature.
    single: Mapping[str, tuple[float, ...]]
    #: Weights by op, by cell and feature.
    by_op: Mapping[tuple[str, str], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class KnownRelease:
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
        "references": _known_releases(site),
        "real": real_releases(),
        "rests_on": rests_on,
        "statistics": statistics,
        "scores": scores,
        "salt_bits": SALT_BITS,
        "seed_bits": SEED_BITS,
        "pairs": pairs,
        "same_family": wording.same_family(),
        "probes": {name: probe.__doc__ for name, probe in canary.PROBES.items()},
        "refused": REFUSED,
        "run_path": run_path,
        "runs_path": runs_path,
    }
    return Page("methods.html", "methods.html.j2", context)


def assumptions() -> list[Assumption]:
    """The constants of the emulated ground truth that shape its results, in the order of its source."""
    source = EMULATED_TRUTH.read_text(encoding="utf-8")
    return list(map(Assumption, constants(source)))


def real_releases() -> list[Manifest]:
    """Embedded releases that rest on the paper's trainings, ordered by name."""
    manifests = [find(name).manifest for name in names()]
    return [manifest for manifest in manifests if wording.is_the_papers(manifest.truth)]


def linear() -> LinearDescription:
    """Read the linear description."""
    text = LANDSCAPE.read_text(encoding="utf-8")
    values = tomllib.loads(text)
    cells: list[dict[str, Any]] = [values[name] for name in CELL_NAMES]
    single: dict[str, tuple[float, ...]] = {}
    by_op: dict[tuple[str, str], tuple[float, ...]] = {}
    for feature, weight in cells[0].items():
        if isinstance(weight, dict):
            for name, cell in zip(CELL_NAMES, cells, strict=True):
                by_op[name, feature] = tuple(cell[feature][op.name] for op in Op)
        else:
            single[feature] = tuple(cell[feature] for cell in cells)
    return LinearDescription(_comment(text), values["intercept"], single, by_op)


def _comment(text: str) -> str:
    """The comment that a file begins with, without its marks."""
    lines = text.partition("\n\nintercept")[0].split("\n")
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)


def _known_releases(site: Site) -> list[KnownRelease]:
    """Releases of all tracks, each once, in their order."""
    releases: dict[str, KnownRelease] = {}
    for ranking in site.rankings:
        for board in ranking.boards:
            reference = site.references[board.release.release_hash]
            releases[board.release.name] = KnownRelease(board.release, reference)
    return list(releases.values())
